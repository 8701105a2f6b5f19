package io.cancelscope.benchmarks.stops;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;

import io.cancelscope.benchmarks.load.QueryWatch;
import io.cancelscope.benchmarks.stops.Times.What;

import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A request whose header {@code grpc-timeout} says how long its caller waits, and a slow
 * query behind it, in an application that sets no budget.
 */
final class CallersDeadline implements Scenario {

	private final HttpClient client = HttpClient.newHttpClient();

	private final Stage stage;

	private final QueryWatch watch;

	CallersDeadline(Stage stage) throws SQLException {
		this.stage = stage;
		JdbcTemplate jdbc = stage.bean(JdbcTemplate.class);
		stage.bean(Entrance.class)
			.leadsTo((id) -> jdbc.queryForObject(QueryWatch.statement(id, Work.LENGTH), Integer.class));
		this.watch = new QueryWatch(stage.connect(), (id) -> stage.times().over(What.GONE, id));
	}

	@Override
	public void run(int id) throws Exception {
		URI uri = URI.create("http://127.0.0.1:" + Application.port(this.stage.application()) + "/trips/" + id);
		HttpRequest request = HttpRequest.newBuilder(uri).header("grpc-timeout", Work.BUDGET.toMillis() + "m").build();
		this.client.send(request, HttpResponse.BodyHandlers.discarding());
	}

	@Override
	public void close() throws SQLException {
		this.watch.close();
	}

}
