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

	SyncClient(MongoClient client, boolean killSessions) {
		this.client = client;
		this.killSessions = killSessions;
		this.side = new SideClient<>(client, MongoClients::create);
	}

	/** Returns the method that makes this call with a session, if it may have one. */
	@Nullable Method withSession(Call call) {
		boolean supported = this.killSessions
				&& this.client.getClusterDescription().getLogicalSessionTimeoutMinutes() != null;
		return supported ? Reads.withSession(call, ClientSession.class) : null;
	}

	OwnSession session() {
		return new OwnSession(this, this.client.startSession(OPTIONS));
	}

	void send(Document command) {
		this.side.get().getDatabase("admin").withTimeout(SessionKill.SECONDS, SessionKill.UNIT).runCommand(command);
	}

	@Override
	public void close() throws IOException {
		this.side.close();
	}

}
