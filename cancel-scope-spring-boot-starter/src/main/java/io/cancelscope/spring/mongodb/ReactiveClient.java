package io.cancelscope.spring.mongodb;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Method;

import com.mongodb.ClientSessionOptions;
import com.mongodb.reactivestreams.client.ClientSession;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
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

	/** Stays so while the driver has lost sight of the server. */
	private boolean hasSessions() {
		if (!this.sessions) {
			this.sessions = this.client.getClusterDescription().getLogicalSessionTimeoutMinutes() != null;
		}
		return this.sessions;
	}

	/** Returns the method that makes this call with a session, if it may have one. */
	@Nullable Method withSession(Call call) {
		return (this.killSessions && hasSessions()) ? Reads.withSession(call, ClientSession.class) : null;
	}

	Mono<OwnSession> session() {
		return Mono.from(this.client.startSession(OPTIONS)).map((session) -> new OwnSession(session, this::send));
	}

	/** Blocks, on a thread of the library's own. */
	private void send(Document command) {
		Mono.from(this.side.get()
			.getDatabase("admin")
			.withTimeout(SessionKill.SECONDS, SessionKill.UNIT)
			.runCommand(command)).block();
	}

	@Override
	public void close() throws IOException {
		this.side.close();
	}

}
