package io.cancelscope.spring.mongodb;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import com.mongodb.MongoClientSettings;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * Operations that may be killed in the server, because they change nothing: a killed
 * write may have been done, in part or as a whole, and nobody could tell.
 */
final class Reads {

	private static final Set<String> NAMES = Set.of("find", "aggregate", "distinct", "countDocuments", "watch",
			"listDatabases", "listDatabaseNames", "listCollections", "listCollectionNames", "listIndexes");

	/** The methods with a session; empty where there is none. */
	private static final Map<Method, Optional<Method>> withSession = new ConcurrentHashMap<>();

	private Reads() {
	}

	/**
	 * Returns the method that makes a read with a session of the library's own.
	 * @param call the call, without a session
	 * @param session the driver's type of sessions
	 * @return the method, or {@code null} for what is no read, or has its session
	 */
	static @Nullable Method withSession(Call call, Class<?> session) {
		if (!NAMES.contains(call.name()) || session.isInstance(call.argument(0)) || writes(call)) {
			return null;
		}
		return withSession.computeIfAbsent(call.method(), (method) -> find(method, session)).orElse(null);
	}

	private static Optional<Method> find(Method method, Class<?> session) {
		Class<?>[] types = method.getParameterTypes();
		Class<?>[] more = new Class<?>[types.length + 1];
		more[0] = session;
		System.arraycopy(types, 0, more, 1, types.length);
		try {
			return Optional.of(method.getDeclaringClass().getMethod(method.getName(), more));
		}
		catch (NoSuchMethodException ex) {
			return Optional.empty();
		}
	}

	/** Whether the last stage of a pipeline writes its result into a collection. */
	private static boolean writes(Call call) {
		if (!call.name().equals("aggregate") || !(call.argument(0) instanceof List<?> pipeline) || pipeline.isEmpty()) {
			return false;
		}
		try {
			if (!(pipeline.get(pipeline.size() - 1) instanceof Bson stage)) {
				return true;
			}
			BsonDocument last = stage.toBsonDocument(BsonDocument.class, MongoClientSettings.getDefaultCodecRegistry());
			return last.containsKey("$out") || last.containsKey("$merge");
		}
		catch (RuntimeException ex) {
			return true; // needs a codec of the application's, so nobody knows here
		}
	}

}
