package io.cancelscope.spring.mongodb;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Method;

import com.mongodb.ClientSessionOptions;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * A client of the blocking driver, and the sessions that reads get from it.
 */
final class SyncClient implements Closeable {

	/** As those that the driver itself would take. */
	static final ClientSessionOptions OPTIONS = ClientSessionOptions.builder().causallyConsistent(false).build();

	private final MongoClient client;

	private final boolean killSessions;

	private final SideClient<MongoClient> side;

	private volatile boolean sessions;

	SyncClient(MongoClient client, boolean killSessions) {
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

	OwnSession session() {
		return new OwnSession(this.client.startSession(OPTIONS), this::send);
	}

	private void send(Document command) {
		this.side.get().getDatabase("admin").withTimeout(SessionKill.SECONDS, SessionKill.UNIT).runCommand(command);
	}

	@Override
	public void close() throws IOException {
		this.side.close();
	}

}
