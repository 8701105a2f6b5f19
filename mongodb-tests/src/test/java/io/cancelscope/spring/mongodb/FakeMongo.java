package io.cancelscope.spring.mongodb;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * As much of a MongoDB server as the tests need, on the wire protocol: it records each
 * command, and can be slow. What it does with {@code maxTimeMS}, {@code killSessions} and
 * transactions is what MongoDB's manual says.
 */
final class FakeMongo implements AutoCloseable {

	/** Commands of the drivers themselves, which are not recorded. */
	private static final Set<String> HOUSEKEEPING = Set.of("hello", "ismaster", "isMaster", "ping", "endSessions");

	private final ServerSocket server = new ServerSocket(0, 300, InetAddress.getLoopbackAddress());

	private final MongoWire wire = new MongoWire();

	private final FakeCommands data = new FakeCommands();

	private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

	private final List<BsonDocument> commands = new CopyOnWriteArrayList<>();

	/** Operations that are at work, and what ends them. */
	private final Set<Work> working = ConcurrentHashMap.newKeySet();

	/** How long a command takes, by its name. */
	private final Map<String, Long> slow = new ConcurrentHashMap<>();

	/**
	 * Commands that are never answered, by their names, as if the process were frozen.
	 */
	private final Set<String> frozen = ConcurrentHashMap.newKeySet();

	private final AtomicInteger missedKills = new AtomicInteger();

	private volatile boolean sessions = true;

	private volatile CountDownLatch greetings = new CountDownLatch(0);

	FakeMongo() throws IOException {
		start("fake-mongo", this::accept);
	}

	private static void start(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		thread.start();
	}

	int port() {
		return this.server.getLocalPort();
	}

	String uri(String options) {
		return "mongodb://127.0.0.1:" + port() + "/test?" + options;
	}

	/**
	 * Makes commands take that long, unless they are killed.
	 * @param command their name, or their name and that of a collection
	 */
	void slow(String command, long millis) {
		this.slow.put(command, millis);
	}

	/** Makes commands of this name wait until the test ends, even if they are killed. */
	void freeze(String command) {
		this.frozen.add(command);
	}

	/** Lets that many commands to kill sessions come before what they are to kill. */
	void missKills(int count) {
		this.missedKills.set(count);
	}

	/** As a server that knows no sessions. To be called before a client connects. */
	void withoutSessions() {
		this.sessions = false;
	}

	/** Greets no client, as if the server were still starting. */
	void holdGreetings() {
		this.greetings = new CountDownLatch(1);
	}

	void greet() {
		this.greetings.countDown();
	}

	void reset() {
		this.slow.clear();
		this.frozen.clear();
		for (Work work : this.working) {
			work.over.countDown();
		}
		this.commands.clear();
		this.data.clear();
	}

	void forgetCommands() {
		this.commands.clear();
	}

	/** Closes all connections, as if the process had been killed and started again. */
	void kill() {
		for (Socket connection : this.connections) {
			close(connection);
		}
	}

	List<BsonDocument> commands(String name) {
		return this.commands.stream().filter((command) -> command.getFirstKey().equals(name)).toList();
	}

	List<BsonDocument> allCommands() {
		return List.copyOf(this.commands);
	}

	/** The sessions that were killed. */
	List<BsonValue> killed() {
		return commands("killSessions").stream().flatMap((kill) -> kill.getArray("killSessions").stream()).toList();
	}

	/** The sessions of commands of this name. */
	List<BsonValue> sessions(String name) {
		return commands(name).stream().<BsonValue>map((command) -> command.getDocument("lsid")).toList();
	}

	int working() {
		return this.working.size();
	}

	int openCursors() {
		return this.data.openCursors();
	}

	void add(String collection, BsonDocument document) {
		this.data.add(collection, document);
	}

	List<BsonDocument> documents(String collection) {
		return this.data.documents(collection);
	}

	private void accept() {
		while (!this.server.isClosed()) {
			try {
				Socket connection = this.server.accept();
				connection.setTcpNoDelay(true);
				this.connections.add(connection);
				start("fake-mongo-connection", () -> serve(connection));
			}
			catch (IOException ex) {
				return; // closed
			}
		}
	}

	private void serve(Socket connection) {
		try (connection) {
			DataInputStream in = new DataInputStream(connection.getInputStream());
			while (true) {
				MongoWire.Request request = this.wire.read(in);
				if (request == null) {
					return;
				}
				BsonDocument answer = answer(request.body());
				if (request.wantsAnAnswer()) {
					this.wire.write(connection.getOutputStream(), request, answer);
				}
			}
		}
		catch (IOException | IllegalStateException ex) {
			// Ignored: the other end has closed the connection, or the test did.
		}
		finally {
			this.connections.remove(connection);
		}
	}

	private BsonDocument answer(BsonDocument command) {
		String name = command.getFirstKey();
		if (HOUSEKEEPING.contains(name)) {
			return name.toLowerCase(Locale.ROOT).matches("hello|ismaster") ? hello() : FakeCommands.ok();
		}
		this.commands.add(command);
		boolean frozen = this.frozen.contains(name);
		Long millis = frozen ? Long.valueOf(TimeUnit.MINUTES.toMillis(5)) : slowness(name, command);
		if (millis != null) {
			BsonDocument stopped = work(command, frozen, millis);
			if (stopped != null) {
				return stopped;
			}
		}
		return name.equals("killSessions") ? killSessions(command.getArray("killSessions"))
				: this.data.execute(name, command);
	}

	private @Nullable Long slowness(String name, BsonDocument command) {
		Long millis = this.slow.get(name);
		BsonValue collection = command.get(name);
		return (millis == null && collection.isString()) ? this.slow.get(name + " " + collection.asString().getValue())
				: millis;
	}

	/** Takes its time; returns the error if it is stopped. */
	private @Nullable BsonDocument work(BsonDocument command, boolean frozen, long millis) {
		long most = command.containsKey("maxTimeMS") ? command.getNumber("maxTimeMS").longValue() : Long.MAX_VALUE;
		Work work = new Work(command.getDocument("lsid", new BsonDocument()), frozen);
		this.working.add(work);
		try {
			long least = frozen ? millis : Math.min(millis, most);
			boolean over = work.over.await(least, TimeUnit.MILLISECONDS);
			if (work.killed) {
				return FakeCommands.error(11601, "Interrupted", "operation was interrupted");
			}
			boolean outOfTime = !over && !frozen && most < millis;
			return outOfTime ? FakeCommands.error(50, "MaxTimeMSExpired", "operation exceeded time limit") : null;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		finally {
			this.working.remove(work);
		}
	}

	private BsonDocument killSessions(BsonArray sessions) {
		if (this.missedKills.getAndUpdate((count) -> Math.max(0, count - 1)) > 0) {
			return FakeCommands.ok();
		}
		for (Work work : this.working) {
			if (!work.frozen && sessions.contains(work.session)) {
				work.killed = true;
				work.over.countDown();
			}
		}
		return FakeCommands.ok();
	}

	private BsonDocument hello() {
		try {
			this.greetings.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		BsonDocument hello = FakeCommands.ok()
			.append("ismaster", BsonBoolean.TRUE)
			.append("isWritablePrimary", BsonBoolean.TRUE)
			.append("helloOk", BsonBoolean.TRUE)
			.append("setName", new BsonString("rs"))
			.append("setVersion", new BsonInt32(1))
			.append("electionId", new BsonObjectId(new ObjectId("7fffffff0000000000000001")))
			.append("me", new BsonString("127.0.0.1:" + this.server.getLocalPort()))
			.append("primary", new BsonString("127.0.0.1:" + this.server.getLocalPort()))
			.append("hosts", new BsonArray(List.of(new BsonString("127.0.0.1:" + this.server.getLocalPort()))))
			.append("maxBsonObjectSize", new BsonInt32(16 * 1024 * 1024))
			.append("maxMessageSizeBytes", new BsonInt32(48_000_000))
			.append("maxWriteBatchSize", new BsonInt32(100_000))
			.append("localTime", new BsonDateTime(System.currentTimeMillis()))
			.append("minWireVersion", new BsonInt32(0))
			.append("maxWireVersion", new BsonInt32(25));
		return this.sessions ? hello.append("logicalSessionTimeoutMinutes", new BsonInt32(30)) : hello;
	}

	private static void close(Socket connection) {
		try {
			connection.close();
		}
		catch (IOException ex) {
			// Ignored: it is of no use any more.
		}
	}

	Collection<Socket> connections() {
		return this.connections;
	}

	@Override
	public void close() throws IOException {
		this.server.close();
		greet();
		reset();
		kill();
	}

	/** An operation that takes its time. */
	private static final class Work {

		private final BsonDocument session;

		private final boolean frozen;

		private final CountDownLatch over = new CountDownLatch(1);

		private volatile boolean killed;

		Work(BsonDocument session, boolean frozen) {
			this.session = session;
			this.frozen = frozen;
		}

	}

}
