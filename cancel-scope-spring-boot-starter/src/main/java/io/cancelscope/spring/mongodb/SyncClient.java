package io.cancelscope.spring.mongodb;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Method;

import com.mongodb.ClientSessionOptions;
import com.mongodb.MongoException;
import com.mongodb.ReadPreference;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCluster;
import io.cancelscope.CancelScope;
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

	/**
	 * Returns the method that makes this call with a session, if it may have one. The
	 * first ones wait until the driver has found a server.
	 */
	@Nullable Method withSession(CancelScope scope, Call call) {
		Method withSession = this.killSessions ? Reads.withSession(call, ClientSession.class) : null;
		return (withSession != null && hasSessions(scope)) ? withSession : null;
	}

	/** Stays so while the driver has lost sight of the server. */
	private boolean hasSessions(CancelScope scope) {
		if (!this.sessions) {
			if (!Discovery.isOver(this.client.getClusterDescription())) {
				findServer(scope);
			}
			this.sessions = Discovery.hasSessions(this.client.getClusterDescription());
		}
		return this.sessions;
	}

	private void findServer(CancelScope scope) {
		long millis = Budget.millis(scope, SyncDriver.timeout(this.client), 0);
		MongoCluster cluster = (MongoCluster) SyncDriver.withTimeout(this.client, millis);
		try {
			Execution.run(scope, null, millis != Budget.NONE,
					() -> cluster.getDatabase(Discovery.DATABASE).runCommand(Discovery.PING, ReadPreference.nearest()));
		}
		catch (MongoException ex) {
			if (!Discovery.isOfPing(ex)) {
				throw ex;
			}
			// Ignored: the operation comes to the same, or is luckier.
		}
	}

	OwnSession session() {
		return new OwnSession(this.client.startSession(OPTIONS), this::send);
	}

	private void send(Document command) {
		this.side.get()
			.getDatabase(Discovery.DATABASE)
			.withTimeout(SessionKill.SECONDS, SessionKill.UNIT)
			.runCommand(command);
	}

	@Override
	public void close() throws IOException {
		this.side.close();
	}

}
