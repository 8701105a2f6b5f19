package io.cancelscope.spring.mongodb;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Method;

import com.mongodb.ClientSessionOptions;
import com.mongodb.ReadPreference;
import com.mongodb.reactivestreams.client.ClientSession;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.MongoCluster;
import io.cancelscope.CancelScope;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A client of the reactive driver, and the sessions that reads get from it.
 */
final class ReactiveClient implements Closeable {

	private static final ClientSessionOptions OPTIONS = ClientSessionOptions.builder()
		.causallyConsistent(false)
		.build();

	private final MongoClient client;

	private final boolean killSessions;

	private final SideClient<MongoClient> side;

	private volatile boolean sessions;

	ReactiveClient(MongoClient client, boolean killSessions) {
		this.client = client;
		this.killSessions = killSessions;
		this.side = new SideClient<>(client, MongoClients::create);
	}

	/**
	 * Returns the method that makes this call with a session, if it may have one and the
	 * server has sessions.
	 */
	@Nullable Method withSession(Call call) {
		return this.killSessions ? Reads.withSession(call, ClientSession.class) : null;
	}

	/** Whether the driver has found a server, and so {@link #hasSessions} is right. */
	boolean hasFoundServer() {
		return this.sessions || Discovery.isOver(this.client.getClusterDescription());
	}

	/** Stays so while the driver has lost sight of the server. */
	boolean hasSessions() {
		if (!this.sessions) {
			this.sessions = Discovery.hasSessions(this.client.getClusterDescription());
		}
		return this.sessions;
	}

	/** Waits until the driver has found a server. */
	Flux<Object> findServer(CancelScope scope) {
		long millis = Budget.millis(scope, ReactiveDriver.timeout(this.client), 0);
		MongoCluster cluster = (MongoCluster) ReactiveDriver.withTimeout(this.client, millis);
		Flux<Object> ping = Flux
			.from(cluster.getDatabase(Discovery.DATABASE).runCommand(Discovery.PING, ReadPreference.nearest()));
		return new ReactiveOperation(scope, new Timed(millis, millis != Budget.NONE), null).run(ping)
			.onErrorResume(Discovery::isOfPing, (failure) -> Flux.empty());
	}

	Mono<OwnSession> session() {
		return Mono.from(this.client.startSession(OPTIONS)).map((session) -> new OwnSession(session, this::send));
	}

	/** Blocks, on a thread of the library's own. */
	private void send(Document command) {
		Mono.from(this.side.get()
			.getDatabase(Discovery.DATABASE)
			.withTimeout(SessionKill.SECONDS, SessionKill.UNIT)
			.runCommand(command)).block();
	}

	@Override
	public void close() throws IOException {
		this.side.close();
	}

}
