package io.cancelscope.spring.mongodb;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * What commands of a {@link FakeMongo} do: keeps what is inserted, and returns it by
 * cursors. Queries match equal fields, and what {@code $gte} says of a number.
 */
final class FakeCommands {

	private final Map<String, List<BsonDocument>> collections = new ConcurrentHashMap<>();

	/** What a cursor has not returned yet, by its id. */
	private final Map<Long, List<BsonDocument>> cursors = new ConcurrentHashMap<>();

	private final AtomicLong cursorIds = new AtomicLong(1_000);

	void add(String collection, BsonDocument document) {
		documents(collection).add(document);
	}

	void clear() {
		this.collections.clear();
	}

	int openCursors() {
		return this.cursors.size();
	}

	List<BsonDocument> documents(String collection) {
		return this.collections.computeIfAbsent(collection, (missing) -> new CopyOnWriteArrayList<>());
	}

	BsonDocument execute(String name, BsonDocument command) {
		return switch (name) {
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
			.allMatch((field) -> field.getKey().startsWith("$")
					|| matches(document.get(field.getKey()), field.getValue()));
	}

	private static boolean matches(@Nullable BsonValue value, BsonValue wanted) {
		if (wanted.isDocument() && wanted.asDocument().containsKey("$gte")) {
			return value != null && value.asNumber().longValue() >= wanted.asDocument().getNumber("$gte").longValue();
		}
		return wanted.equals(value);
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

	static BsonDocument ok() {
		return new BsonDocument("ok", new BsonDouble(1));
	}

	static BsonDocument error(int code, String name, String message) {
		return new BsonDocument("ok", new BsonDouble(0)).append("code", new BsonInt32(code))
			.append("codeName", new BsonString(name))
			.append("errmsg", new BsonString(message));
	}

}
