package io.cancelscope.spring.mongodb;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;

import com.mongodb.client.MongoCollection;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.CancelScopeFeature;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cglib.proxy.Factory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Applications with other settings, and other servers.
 */
@ExtendWith(OutputCaptureExtension.class)
class SettingsTests {

	@Test
	void offByDefault() throws IOException {
		try (App app = App.start("", "--cancel-scope.mongodb.enabled=false")) {
			assertThat(app.client).isNotInstanceOf(Factory.class);
			assertThat(app.context.getBeansOfType(CancelScopeFeature.class).values())
				.noneMatch((feature) -> feature.name().equals("mongodb"));
		}
	}

	@Test
	void featureSaysThatItIsAlpha() throws IOException {
		try (App app = App.start("")) {
			assertThat(app.context.getBeansOfType(CancelScopeFeature.class).values())
				.contains(new CancelScopeFeature("mongodb", "by the driver's timeouts, which are alpha"));
		}
	}

	@Test
	void excludedBeanStaysAsItIs() throws IOException {
		try (App app = App.start("", "--cancel-scope.mongodb.exclude-beans=mongo")) {
			assertThat(app.client).isNotInstanceOf(Factory.class);
			assertThat(app.reactive).isInstanceOf(Factory.class);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					mogo             | has no effect: there is no such bean. The nearest name is 'mongo'. Correct it, or remove it.
					mongoTemplate    | has no effect: the bean is not a MongoClient. Remove the name.
					""")
	void nameThatExcludesNothingIsLogged(String name, String text, CapturedOutput output) throws IOException {
		try (App app = App.start("", "--cancel-scope.mongodb.exclude-beans=reactiveStreamsMongoClient," + name)) {
			assertThat(app.reactive).isNotInstanceOf(Factory.class);
		}

		assertThat(output.getOut().lines().filter((line) -> line.contains("in the property"))).singleElement()
			.asString()
			.endsWith("The name '" + name + "' in the property 'cancel-scope.mongodb.exclude-beans' " + text);
	}

	@Test
	void observedScopeEndsNothing() throws IOException {
		try (App app = App.start("", "--cancel-scope.mode=observe")) {
			things(app).insertOne(new Document());
			app.server.slow("find", 50);

			Throwable thrown = app.within(Duration.ofMillis(1), () -> things(app).find().first());

			assertThat(thrown).isNull();
			assertThat(app.server.commands("find").get(0)).doesNotContainKey("maxTimeMS");
			assertThat(app.server.commands("killSessions")).isEmpty();
		}
	}

	@Test
	void withoutKillingAReadEndsAtItsDeadline() throws IOException {
		try (App app = App.start("", "--cancel-scope.mongodb.kill-sessions=false")) {
			things(app).insertOne(new Document());
			app.server.slow("find", 60_000);

			Throwable thrown = app.within(Duration.ofSeconds(1), () -> things(app).find().first());

			assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
			assertThat(app.server.commands("killSessions")).isEmpty();
		}
	}

	@Test
	void serverWithoutSessionsWorksToo() throws IOException {
		FakeMongo server = App.server();
		server.withoutSessions();
		try (App app = App.start(server, "")) {
			app.fill("things", 3);

			Throwable thrown = app.within(App.LONG,
					() -> assertThat(things(app).find().into(new ArrayList<>())).hasSize(3));

			assertThat(thrown).isNull();
			assertThat(server.commands("find").get(0)).doesNotContainKey("lsid").containsKey("maxTimeMS");
		}
	}

	@Test
	void changeStreamWithoutSessionsEndsByBeingClosed() throws IOException {
		FakeMongo server = App.server();
		server.withoutSessions();
		try (App app = App.start(server, "")) {
			things(app).insertOne(new Document());
			server.slow("getMore", 20);

			Throwable thrown = app.cancelled(App.threads, () -> {
				try (var changes = things(app).watch().iterator()) {
					return changes.next();
				}
			});

			assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
		}
	}

	/** The only connection is the one of the read. */
	@Test
	void killReachesTheServerWhereAllConnectionsAreInUse() throws IOException {
		try (App app = App.start("maxPoolSize=1")) {
			things(app).insertOne(new Document());
			app.server.slow("find", 60_000);

			Throwable thrown = app.cancelled(App.threads, () -> things(app).find().first());

			assertThat(thrown).isExactlyInstanceOf(ScopeCancelledException.class);
			await().atMost(App.LONG).until(() -> app.server.working() == 0);
			assertThat(app.server.commands("killSessions")).isNotEmpty();
		}
	}

	@Test
	void secondClientIsClosedWithTheFirst() throws IOException {
		App app = App.start("");
		things(app).insertOne(new Document());
		app.server.slow("find", 60_000);
		app.cancelled(App.threads, () -> things(app).find().first());
		await().atMost(App.LONG).until(() -> !app.server.commands("killSessions").isEmpty());
		assertThat(app.server.connections()).isNotEmpty();

		app.context.close();

		await().atMost(App.LONG).until(() -> app.server.connections().isEmpty());
		app.close();
	}

	/** The first command is held back until the read has been sent. */
	@Test
	void killThatOvertakesItsReadIsRepeated() throws IOException {
		try (App app = App.start("")) {
			things(app).insertOne(new Document());
			app.server.slow("find", 60_000);
			app.server.missKills(1);

			Throwable thrown = app.cancelled(App.threads, () -> things(app).find().first());

			assertThat(thrown).isExactlyInstanceOf(ScopeCancelledException.class);
			assertThat(app.server.commands("killSessions")).hasSizeGreaterThanOrEqualTo(2);
		}
	}

	@Test
	void timeoutIsNeverForEver() {
		assertThat(Budget.roundUp(Duration.ofNanos(1))).isEqualTo(1);
		assertThat(Budget.roundUp(Duration.ZERO)).isEqualTo(1);
		assertThat(Budget.roundUp(Duration.ofMillis(5))).isEqualTo(5);
		assertThat(Budget.roundUp(Duration.ofMillis(5).plusNanos(1))).isEqualTo(6);
		assertThat(Budget.roundUp(Duration.ofDays(100_000))).isEqualTo(Integer.MAX_VALUE);
	}

	@Test
	void veryLongBudgetIsAccepted() throws IOException {
		try (App app = App.start("")) {
			Throwable thrown = app.within(Duration.ofDays(100_000), () -> things(app).find().first());

			assertThat(thrown).isNull();
			assertThat(app.server.commands("find").get(0).getNumber("maxTimeMS").longValue())
				.isGreaterThan(TimeUnit.DAYS.toMillis(20));
		}
	}

	private static MongoCollection<Document> things(App app) {
		return app.client.getDatabase("test").getCollection("things");
	}

}
