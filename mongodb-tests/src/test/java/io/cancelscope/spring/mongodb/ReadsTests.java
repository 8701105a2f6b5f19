package io.cancelscope.spring.mongodb;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.mongodb.MongoClientSettings;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoCluster;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Aggregates;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which operations get a session that may be killed. Holds for all methods of the
 * drivers' interfaces: a later driver's new method is no read until it is named.
 */
class ReadsTests {

	private static final Set<String> READS = Set.of("find", "aggregate", "distinct", "countDocuments", "watch",
			"listDatabases", "listDatabaseNames", "listCollections", "listCollectionNames", "listIndexes");

	private static final List<Class<?>> BLOCKING = List.of(MongoCluster.class, MongoDatabase.class,
			MongoCollection.class);

	private static final List<Class<?>> REACTIVE = List.of(com.mongodb.reactivestreams.client.MongoCluster.class,
			com.mongodb.reactivestreams.client.MongoDatabase.class,
			com.mongodb.reactivestreams.client.MongoCollection.class);

	@Test
	void readsOfTheBlockingDriverHaveASession() {
		assertThat(withSession(BLOCKING, ClientSession.class)).containsExactlyInAnyOrderElementsOf(READS);
	}

	@Test
	void readsOfTheReactiveDriverHaveASession() {
		assertThat(withSession(REACTIVE, com.mongodb.reactivestreams.client.ClientSession.class))
			.containsExactlyInAnyOrderElementsOf(READS);
	}

	@Test
	void methodWithSessionHasTheSameParametersAndResult() {
		for (Class<?> type : BLOCKING) {
			for (Method method : type.getMethods()) {
				Method found = Reads.withSession(Call.of(method, new Object[method.getParameterCount()]),
						ClientSession.class);
				if (found != null) {
					assertThat(found.getReturnType()).isEqualTo(method.getReturnType());
					assertThat(found.getParameterTypes()).startsWith(ClientSession.class)
						.hasSize(method.getParameterCount() + 1);
				}
			}
		}
	}

	@Test
	void pipelineThatWritesIsNoRead() throws NoSuchMethodException {
		Method aggregate = MongoCollection.class.getMethod("aggregate", List.class);
		Bson match = Aggregates.match(new Document());

		assertThat(isRead(aggregate, List.of())).isTrue();
		assertThat(isRead(aggregate, List.of(match))).isTrue();
		assertThat(isRead(aggregate, List.of(match, Aggregates.out("other")))).isFalse();
		assertThat(isRead(aggregate, List.of(Aggregates.merge("other")))).isFalse();
		assertThat(isRead(aggregate, List.of(new Document("$out", "other")))).isFalse();
	}

	@Test
	void pipelineThatCannotBeReadHereIsNoRead() throws NoSuchMethodException {
		Method aggregate = MongoCollection.class.getMethod("aggregate", List.class);
		Bson unreadable = new Bson() {
			@Override
			public <T> org.bson.BsonDocument toBsonDocument(Class<T> type,
					org.bson.codecs.configuration.CodecRegistry registry) {
				assertThat(registry).isEqualTo(MongoClientSettings.getDefaultCodecRegistry());
				throw new IllegalStateException("no codec");
			}
		};

		assertThat(isRead(aggregate, List.of(unreadable))).isFalse();
	}

	private static boolean isRead(Method method, Object... arguments) {
		return Reads.withSession(Call.of(method, arguments), ClientSession.class) != null;
	}

	private static Set<String> withSession(List<Class<?>> types, Class<?> session) {
		return types.stream()
			.flatMap((type) -> Stream.of(type.getMethods()))
			.filter((method) -> Arrays.stream(method.getParameterTypes()).noneMatch(session::equals))
			.filter((method) -> Reads.withSession(Call.of(method, new Object[method.getParameterCount()]),
					session) != null)
			.map(Method::getName)
			.collect(Collectors.toCollection(TreeSet::new));
	}

}
