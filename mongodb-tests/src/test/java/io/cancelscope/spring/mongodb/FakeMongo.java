package io.cancelscope.spring.mongodb;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
import java.util.concurrent.atomic.AtomicLong;

import org.bson.BsonArray;
import org.bson.BsonBinaryReader;
import org.bson.BsonBinaryWriter;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * As much of a MongoDB server as the tests need, on the wire protocol: it records each
 * command, keeps what is inserted, and can be slow. What it does with {@code maxTimeMS},
 * {@code killSessions} and transactions is what MongoDB's manual says. Queries match
 * equal fields, and a field {@code $comment} in a filter goes back in an answer.
 */
final class FakeMongo implements AutoCloseable {

	/** Commands of the drivers themselves, which are not recorded. */
	private static final Set<String> HOUSEKEEPING = Set.of("hello", "ismaster", "isMaster", "ping", "endSessions");

	private static final int OP_REPLY = 1;

	private static final int OP_QUERY = 2004;

	private static final int OP_MSG = 2013;

	private static final int MORE_TO_COME = 2;

	private final BsonDocumentCodec codec = new BsonDocumentCodec();

	private final ServerSocket server = new ServerSocket(0, 300, InetAddress.getLoopbackAddress());

	private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

	private final List<BsonDocument> commands = new CopyOnWriteArrayList<>();

	private final Map<String, List<BsonDocument>> collections = new ConcurrentHashMap<>();

	/** What a cursor has not returned yet, by its id. */
	private final Map<Long, List<BsonDocument>> cursors = new ConcurrentHashMap<>();

	private final AtomicLong cursorIds = new AtomicLong(1_000);

	/** Operations that are at work, and what ends them. */
	private final Set<Work> working = ConcurrentHashMap.newKeySet();

	/** How long a command takes, by its name. */
	private final Map<String, Long> slow = new ConcurrentHashMap<>();

	/**
	 * Commands that are never answered, by their names, as if the process were frozen.
	 */
	private final Set<String> frozen = ConcurrentHashMap.newKeySet();

	private final AtomicInteger requestIds = new AtomicInteger();

	private final AtomicInteger missedKills = new AtomicInteger();

	private volatile boolean sessions = true;

	FakeMongo() throws IOException {
		start("fake-mongo", this::accept);
	}

	private static void start(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		thread.start();
	}

	String uri(String options) {
		return "mongodb://127.0.0.1:" + this.server.getLocalPort() + "/test?" + options;
	}

	/** Makes commands of this name take that long, unless they are killed. */
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

	void reset() {
		this.slow.clear();
		this.frozen.clear();
		for (Work work : this.working) {
			work.over.countDown();
		}
		this.commands.clear();
		this.collections.clear();
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
		return this.cursors.size();
	}

	void add(String collection, BsonDocument document) {
		documents(collection).add(document);
	}

	List<BsonDocument> documents(String collection) {
		return this.collections.computeIfAbsent(collection, (missing) -> new CopyOnWriteArrayList<>());
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
				Request request = read(in);
				if (request == null) {
					return;
				}
				BsonDocument answer = answer(request.body, connection);
				if ((request.flags & MORE_TO_COME) == 0) {
					write(connection.getOutputStream(), request, answer);
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

	private @Nullable Request read(DataInputStream in) throws IOException {
		byte[] head = new byte[16];
		try {
			in.readFully(head);
		}
		catch (EOFException ex) {
			return null;
		}
		ByteBuffer header = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
		byte[] rest = new byte[header.getInt() - 16];
		int id = header.getInt();
		header.getInt();
		int code = header.getInt();
		in.readFully(rest);
		ByteBuffer buffer = ByteBuffer.wrap(rest).order(ByteOrder.LITTLE_ENDIAN);
		int flags = buffer.getInt();
		if (code == OP_QUERY) {
			text(buffer);
			buffer.getLong();
			return new Request(id, code, 0, document(buffer));
		}
		BsonDocument body = new BsonDocument();
		while (buffer.hasRemaining()) {
			if (buffer.get() == 0) {
				body.putAll(document(buffer));
				continue;
			}
			int end = buffer.position() + buffer.getInt();
			String name = text(buffer);
			BsonArray documents = new BsonArray();
			while (buffer.position() < end) {
				documents.add(document(buffer));
			}
			body.put(name, documents);
		}
		return new Request(id, code, flags, body);
	}

	private static String text(ByteBuffer buffer) {
		int begin = buffer.position();
		while (buffer.get() != 0) {
			continue;
		}
		return new String(buffer.array(), begin, buffer.position() - begin - 1, StandardCharsets.UTF_8);
	}

	private BsonDocument document(ByteBuffer buffer) {
		int length = buffer.getInt(buffer.position());
		ByteBuffer slice = ByteBuffer.wrap(buffer.array(), buffer.position(), length).slice();
		buffer.position(buffer.position() + length);
		try (BsonBinaryReader reader = new BsonBinaryReader(slice)) {
			return this.codec.decode(reader, DecoderContext.builder().build());
		}
	}

	private void write(OutputStream out, Request request, BsonDocument answer) throws IOException {
		BasicOutputBuffer body = new BasicOutputBuffer();
		try (body; BsonBinaryWriter writer = new BsonBinaryWriter(body)) {
			this.codec.encode(writer, answer, EncoderContext.builder().build());
			byte[] bytes = body.toByteArray();
			boolean query = request.code == OP_QUERY;
			int length = 16 + bytes.length + (query ? 20 : 5);
			ByteBuffer message = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
			message.putInt(length).putInt(this.requestIds.incrementAndGet()).putInt(request.id);
			if (query) {
				message.putInt(OP_REPLY).putInt(0).putLong(0).putInt(0).putInt(1);
			}
			else {
				message.putInt(OP_MSG).putInt(0).put((byte) 0);
			}
			out.write(message.put(bytes).array());
			out.flush();
		}
	}

	private BsonDocument answer(BsonDocument command, Socket connection) {
		String name = command.getFirstKey();
		if (HOUSEKEEPING.contains(name)) {
			return name.toLowerCase(Locale.ROOT).matches("hello|ismaster") ? hello() : ok();
		}
		this.commands.add(command);
		if (this.frozen.contains(name) || this.slow.containsKey(name)) {
			BsonDocument stopped = work(name, command, connection);
			if (stopped != null) {
				return stopped;
			}
		}
		return execute(name, command);
	}

	/** Takes its time; returns the error if it is stopped. */
	private @Nullable BsonDocument work(String name, BsonDocument command, Socket connection) {
		boolean frozen = this.frozen.contains(name);
		long millis = frozen ? TimeUnit.MINUTES.toMillis(5) : this.slow.get(name);
		long most = command.containsKey("maxTimeMS") ? command.getNumber("maxTimeMS").longValue() : Long.MAX_VALUE;
		Work work = new Work(command.getDocument("lsid", new BsonDocument()), frozen);
		this.working.add(work);
		try {
			long least = frozen ? millis : Math.min(millis, most);
			boolean over = work.over.await(least, TimeUnit.MILLISECONDS);
			if (work.killed) {
				return error(11601, "Interrupted", "operation was interrupted");
			}
			return (!over && !frozen && most < millis) ? error(50, "MaxTimeMSExpired", "operation exceeded time limit")
					: null;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		finally {
			this.working.remove(work);
		}
	}

	private BsonDocument execute(String name, BsonDocument command) {
		return switch (name) {
			case "killSessions" -> killSessions(command.getArray("killSessions"));
			case "insert" -> insert(command);
			case "update", "delete" -> ok().append("n", new BsonInt32(0)).append("nModified", new BsonInt32(0));
			case "find" -> first(name, command, find(command));
			case "aggregate" -> first(name, command, aggregate(command));
			case "getMore" -> more(command);
			case "killCursors" -> killCursors(command.getArray("cursors"));
			case "findAndModify", "findandmodify" -> ok().append("value", BsonNull.VALUE);
			case "count" -> ok().append("n", new BsonInt32(documents(command.getString("count").getValue()).size()));
			case "commitTransaction", "abortTransaction" -> ok();
			case "listCollections", "listIndexes" -> first(name, command, List.of());
			default -> ok();
		};
	}

	private BsonDocument killSessions(BsonArray sessions) {
		if (this.missedKills.getAndUpdate((count) -> Math.max(0, count - 1)) > 0) {
			return ok();
		}
		for (Work work : this.working) {
			if (!work.frozen && sessions.contains(work.session)) {
				work.killed = true;
				work.over.countDown();
			}
		}
		return ok();
	}

	private BsonDocument insert(BsonDocument command) {
		BsonArray documents = command.getArray("documents");
		if (!command.containsKey("txnNumber") || !command.containsKey("autocommit")) {
			documents.forEach((document) -> add(command.getString("insert").getValue(), document.asDocument()));
		}
		return ok().append("n", new BsonInt32(documents.size()));
	}

	private List<BsonDocument> find(BsonDocument command) {
		BsonDocument filter = command.getDocument("filter", new BsonDocument());
		int limit = command.containsKey("limit") ? command.getNumber("limit").intValue() : 0;
		List<BsonDocument> found = documents(command.getString("find").getValue()).stream()
			.filter((document) -> matches(document, filter))
			.toList();
		return (limit != 0 && found.size() > Math.abs(limit)) ? found.subList(0, Math.abs(limit)) : found;
	}

	private static boolean matches(BsonDocument document, BsonDocument filter) {
		return filter.entrySet()
			.stream()
			.allMatch(
					(field) -> field.getKey().startsWith("$") || field.getValue().equals(document.get(field.getKey())));
	}

	/** Counts if it is asked to, and otherwise returns all. */
	private List<BsonDocument> aggregate(BsonDocument command) {
		BsonValue of = command.get("aggregate");
		List<BsonDocument> all = of.isString() ? documents(of.asString().getValue()) : List.of();
		boolean counts = command.getArray("pipeline")
			.stream()
			.anyMatch((stage) -> stage.asDocument().containsKey("$group"));
		return counts ? List.of(new BsonDocument("_id", new BsonInt32(1)).append("n", new BsonInt32(all.size()))) : all;
	}

	private BsonDocument first(String name, BsonDocument command, List<BsonDocument> all) {
		BsonDocument options = command.getDocument("cursor", command);
		int size = options.containsKey("batchSize") ? options.getNumber("batchSize").intValue() : 101;
		boolean single = command.getBoolean("singleBatch", BsonBoolean.FALSE).getValue();
		boolean endless = command.getBoolean("tailable", BsonBoolean.FALSE).getValue() || isWatch(command);
		return cursor(name, command, "firstBatch", all, size, single, endless);
	}

	private static boolean isWatch(BsonDocument command) {
		return command.containsKey("pipeline") && !command.getArray("pipeline").isEmpty()
				&& command.getArray("pipeline").get(0).asDocument().containsKey("$changeStream");
	}

	private BsonDocument cursor(String name, BsonDocument command, String batch, List<BsonDocument> all, int size,
			boolean single, boolean endless) {
		int count = (size > 0) ? Math.min(size, all.size()) : isWatch(command) ? 0 : all.size();
		long id = 0;
		if (endless || (!single && count < all.size())) {
			id = this.cursorIds.incrementAndGet();
			this.cursors.put(id, endless ? List.of() : new ArrayList<>(all.subList(count, all.size())));
		}
		String namespace = "test." + (command.get(name).isString() ? command.getString(name).getValue() : "$cmd");
		return ok().append("cursor", new BsonDocument("id", new BsonInt64(id)).append("ns", new BsonString(namespace))
			.append(batch, new BsonArray(endless ? List.of() : all.subList(0, count))));
	}

	private BsonDocument more(BsonDocument command) {
		long id = command.getNumber("getMore").longValue();
		List<BsonDocument> rest = this.cursors.get(id);
		if (rest == null) {
			return error(43, "CursorNotFound", "cursor id not found");
		}
		int size = command.containsKey("batchSize") ? command.getNumber("batchSize").intValue() : rest.size();
		int count = Math.min(size, rest.size());
		boolean ends = !rest.isEmpty() && count == rest.size();
		if (ends) {
			this.cursors.remove(id);
		}
		else {
			this.cursors.put(id, new ArrayList<>(rest.subList(count, rest.size())));
		}
		return ok().append("cursor",
				new BsonDocument("id", new BsonInt64(ends ? 0 : id))
					.append("ns", new BsonString("test." + command.getString("collection").getValue()))
					.append("nextBatch", new BsonArray(rest.subList(0, count))));
	}

	private BsonDocument killCursors(BsonArray ids) {
		ids.forEach((id) -> this.cursors.remove(id.asNumber().longValue()));
		return ok().append("cursorsKilled", ids);
	}

	private BsonDocument hello() {
		BsonDocument hello = ok().append("ismaster", BsonBoolean.TRUE)
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

	private static BsonDocument ok() {
		return new BsonDocument("ok", new BsonDouble(1));
	}

	private static BsonDocument error(int code, String name, String message) {
		return new BsonDocument("ok", new BsonDouble(0)).append("code", new BsonInt32(code))
			.append("codeName", new BsonString(name))
			.append("errmsg", new BsonString(message));
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
		reset();
		kill();
	}

	private record Request(int id, int code, int flags, BsonDocument body) {

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
