package io.cancelscope.benchmarks.stops;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.cancelscope.benchmarks.stops.Times.What;

/**
 * A client of Tomcat that closes its connection after 100 ms, while a handler blocks that
 * has enough time: gone when the handler ends.
 */
final class ClientLeaves implements Scenario {

	private static final Duration PATIENCE = Duration.ofMillis(100);

	private final Stage stage;

	ClientLeaves(Stage stage) {
		this.stage = stage;
		stage.bean(Entrance.class).leadsTo(this::handle);
	}

	private void handle(int id) throws Exception {
		this.stage.rival().within("Trips.find", Work.LENGTH.multipliedBy(4), () -> {
			try {
				Work.steps(this.stage.rival(), Work.LENGTH);
			}
			finally {
				this.stage.times().over(What.GONE, id);
			}
			return null;
		});
	}

	@Override
	public void run(int id) throws IOException, InterruptedException {
		String head = "GET /trips/" + id + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Application.port(this.stage.application()))) {
			socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
			Thread.sleep(PATIENCE.toMillis());
			this.stage.times().start(id);
		}
	}

}
