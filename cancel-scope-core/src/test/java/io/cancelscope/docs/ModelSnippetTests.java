package io.cancelscope.docs;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.group.TaskGroup;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The code of {@code docs/concepts/model.md}, which is cut from here.
 */
@Timeout(30)
class ModelSnippetTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = this.time.scopes();

	private final ExecutorService executor = Executors.newFixedThreadPool(2);

	private final List<String> printed = new ArrayList<>();

	private final List<String> indexed = new ArrayList<>();

	@AfterEach
	void stop() throws InterruptedException {
		this.executor.shutdownNow();
		assertThat(this.executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
	}

	private void print(Object line) {
		this.printed.add(String.valueOf(line));
	}

	private void index(String page) {
		this.indexed.add(page);
		this.time.advance(Duration.ofMillis(300));
	}

	private String left() {
		return CancelScope.current().remaining().map((left) -> left.toMillis() + " ms").orElse("no limit");
	}

	@Test
	void seeing() {
		List<String> pages = List.of("one", "two", "three", "four");
		assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> {
			// tag::seeing[]
			scopes.run(ScopeOptions.named("index").withTimeout(Duration.ofMillis(800)), (scope) -> {
				for (String page : pages) {
					scope.check();
					index(page);
				}
			});
			// end::seeing[]
		}).withMessage("scope 'index' (800ms) exceeded its deadline");
		assertThat(this.indexed).containsExactly("one", "two", "three");
	}

	@Test
	void blocking() throws Exception {
		List<String> trail = new ArrayList<>();
		Statement statement = Fakes.statement(trail, () -> CancelScope.current().cancel("the user left"));
		this.scopes.run(ScopeOptions.none(), (scope) -> {
			execute(scope, statement);
			assertThat(trail).containsExactly("execute", "cancel");
		});
	}

	private void execute(CancelScope scope, Statement statement) throws SQLException {
		// tag::blocking[]
		CancelScope.Registration registration = scope.onCancel(statement::cancel);
		try {
			statement.execute("select pg_sleep(10)");
		}
		finally {
			registration.close();
		}
		// end::blocking[]
	}

	@Test
	void telling() {
		List<String> trail = new ArrayList<>();
		Statement statement = Fakes.statement(trail, () -> {
		});
		CompletableFuture<String> answer = new CompletableFuture<>();
		answer.whenComplete((value, thrown) -> trail.add("told " + thrown.getMessage()));
		this.scopes.run(ScopeOptions.named("search"), (scope) -> {
			// tag::telling[]
			scope.afterCancel((reason) -> answer.completeExceptionally(scope.exception()));
			scope.onCancel(statement::cancel);
			// end::telling[]
			scope.cancel("the user left");
		});
		assertThat(trail).containsExactly("cancel", "told scope 'search' was cancelled: the user left");
	}

	@Test
	void nesting() {
		// tag::nesting[]
		scopes.run(ScopeOptions.named("request").withTimeout(Duration.ofSeconds(2)), (request) -> {
			print("request: " + left());
			scopes.run(ScopeOptions.named("search").withTimeout(Duration.ofMillis(500)), (search) -> {
				print("search: " + left());
			});
			time.advance(Duration.ofMillis(1800));
			scopes.run(ScopeOptions.named("save").withTimeout(Duration.ofMillis(500)), (save) -> {
				print("save: " + left());
				time.advance(Duration.ofMillis(200));
				print(save.isCancelled() + ", " + save.reason().orElseThrow().origin());
			});
		});
		// end::nesting[]
		assertThat(this.printed).containsExactly("request: 2000 ms", "search: 500 ms", "save: 200 ms", "true, request");
	}

	@Test
	void shielding() {
		assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() ->
		// tag::shielding[]
		scopes.run(ScopeOptions.named("booking").withTimeout(Duration.ofSeconds(2)), (booking) -> {
			try {
				book();
				booking.check();
			}
			finally {
				scopes.run(ScopeOptions.named("release").withTimeout(Duration.ofMillis(500)).shield(), (release) -> {
					print("cancelled here? " + release.isCancelled() + ", left " + left());
					releaseSeats();
				});
			}
		})
		// end::shielding[]
		);
		assertThat(this.printed).containsExactly("cancelled here? false, left 500 ms", "released");
	}

	private void book() {
		this.time.advance(Duration.ofSeconds(3));
	}

	private void releaseSeats() {
		CancelScope.current().check();
		print("released");
	}

	@Test
	void bubbling() throws Exception {
		// tag::bubbling[]
		scopes.run(ScopeOptions.named("offer").bubble(), (offer) -> {
			Future<?> fare = executor.submit(offer.wrap(() -> {
				scopes.run(ScopeOptions.named("fare"), (scope) -> findFare());
				return null;
			}));
			awaitQuietly(fare);
			print("offer: " + offer.reason().orElseThrow().message());
			print("from: " + offer.reason().orElseThrow().origin());
		});
		// end::bubbling[]
		assertThat(this.printed).containsExactly(
				"offer: the operation failed with java.lang.IllegalStateException: no fares", "from: fare");
	}

	private void findFare() {
		throw new IllegalStateException("no fares");
	}

	private static void awaitQuietly(Future<?> future) {
		try {
			future.get(20, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			// its failure is what the caller looks at next
		}
	}

	@Test
	void interrupting() throws Exception {
		java.util.concurrent.BlockingQueue<String> queue = new java.util.concurrent.LinkedBlockingQueue<>();
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("take"));
		scope.cancel("nobody wants it");
		assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() -> {
			// tag::interrupting[]
			String next = scope.interruptibly((s) -> queue.take());
			// end::interrupting[]
			print(next);
		}).withMessage("scope 'take' was cancelled: nobody wants it");
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void recipeWait() {
		this.scopes.run(ScopeOptions.timeout(Duration.ofMillis(800)), (scope) -> {
			Future<String> answer = new CompletableFuture<>();
			this.time.advance(Duration.ofMillis(800));
			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> {
				// tag::wait[]
				String quote = scope.await(answer); // or scope.sleep(duration)
				// end::wait[]
				print(quote);
			});
		});
	}

	@Test
	void recipeGiveUpAndFail() {
		assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> {
			// tag::fail[]
			String quote = scopes.call(ScopeOptions.timeout(Duration.ofMillis(800)), (scope) -> ask(scope));
			// end::fail[]
			print(quote);
		});
	}

	@Test
	void recipeGiveUpAndGoOn() {
		// tag::goOn[]
		String quote = scopes.callOrElse(ScopeOptions.timeout(Duration.ofMillis(800)), (scope) -> ask(scope),
				(reason) -> "yesterday's quote");
		// end::goOn[]
		assertThat(quote).isEqualTo("yesterday's quote");
	}

	private String ask(CancelScope scope) {
		this.time.advance(Duration.ofSeconds(1));
		scope.check();
		return "today's quote";
	}

	@Test
	void recipeMustFinish() {
		this.scopes.run(ScopeOptions.none(), (around) -> {
			around.cancel("too late");
			// tag::mustFinish[]
			scopes.run(ScopeOptions.named("audit").withTimeout(Duration.ofMillis(500)).shield(), (scope) -> {
				writeAuditRow();
			});
			// end::mustFinish[]
		});
		assertThat(this.printed).containsExactly("audited");
	}

	private void writeAuditRow() {
		CancelScope.current().check();
		print("audited");
	}

	@Test
	void recipeFireAndForget() throws Exception {
		CountDownLatch sent = new CountDownLatch(1);
		this.scopes.run(ScopeOptions.none(), (around) -> {
			// tag::forget[]
			executor.execute(() -> scopes.run(ScopeOptions.named("e-mail").detached(), (scope) -> sendMail()));
			// end::forget[]
			around.cancel("the request is over");
			sent.countDown();
		});
		assertThat(sent.await(20, TimeUnit.SECONDS)).isTrue();
	}

	private void sendMail() {
		CancelScope.current().check();
	}

	@Test
	void recipeTryRun() {
		// tag::tryRun[]
		boolean finished = scopes.tryRun(ScopeOptions.timeout(Duration.ofMillis(800)), (scope) -> warmUp(scope));
		// end::tryRun[]
		assertThat(finished).isFalse();
	}

	private void warmUp(CancelScope scope) {
		ask(scope);
	}

	@Test
	void recipeLimit() {
		this.scopes.run(ScopeOptions.timeout(Duration.ofSeconds(2)), (scope) -> {
			// tag::limit[]
			String quote = askWithin(scope.limit(Duration.ofSeconds(5)));
			// end::limit[]
			assertThat(quote).isEqualTo("asked within PT2S");
		});
	}

	private static String askWithin(Duration timeout) {
		return "asked within " + timeout;
	}

	@Test
	void recipeAbandonable() throws UnknownHostException {
		String host = "127.0.0.1";
		InetAddress found = this.scopes.<InetAddress, UnknownHostException>call(ScopeOptions.none(), (scope) -> {
			// tag::abandonable[]
			InetAddress address = scope.abandonable((s) -> InetAddress.getByName(host), (late) -> cache(late));
			// end::abandonable[]
			return address;
		});
		assertThat(found.isLoopbackAddress()).isTrue();
	}

	private void cache(InetAddress address) {
		print(address);
	}

	@Test
	void recipeAsync() {
		// tag::async[]
		CompletableFuture<String> quote = scopes.callAsync(ScopeOptions.timeout(Duration.ofMillis(800)),
				(scope) -> askLater(scope));
		// end::async[]
		this.time.advance(Duration.ofMillis(800));
		assertThat(quote).failsWithin(Duration.ZERO)
			.withThrowableThat()
			.withCauseInstanceOf(DeadlineExceededException.class);
		assertThat(this.printed).containsExactly("stopped");
	}

	private CompletableFuture<String> askLater(CancelScope scope) {
		scope.onCancel((reason) -> print("stopped"));
		return new CompletableFuture<>();
	}

	@Test
	void recipeReschedule() {
		List<String> parts = List.of("one", "two", "three");
		// tag::reschedule[]
		try (OpenScope scope = scopes.open(ScopeOptions.named("upload").withTimeout(Duration.ofMillis(500)))) {
			for (String part : parts) {
				scope.check();
				index(part);
				scope.reschedule(Duration.ofMillis(500));
			}
		}
		// end::reschedule[]
		assertThat(this.indexed).containsExactly("one", "two", "three");
	}

	@Test
	void recipeTasks() throws Exception {
		// tag::tasks[]
		try (TaskGroup group = TaskGroup.open(scopes, ScopeOptions.timeout(Duration.ofSeconds(2)))) {
			Future<String> fare = group.fork("fare", () -> "fare");
			Future<String> seat = group.fork("seat", () -> "seat");
			group.join();
			print(fare.get() + " and " + seat.get());
		}
		// end::tasks[]
		assertThat(this.printed).containsExactly("fare and seat");
	}

	@Test
	void recipeTasksUntilTheDeadline() throws Exception {
		List<Callable<String>> suppliers = List.of(() -> "one", () -> "two");
		// tag::untilDeadline[]
		List<Future<String>> offers = new ArrayList<>();
		boolean complete;
		try (TaskGroup group = TaskGroup.open(scopes, ScopeOptions.timeout(Duration.ofSeconds(2)))) {
			suppliers.forEach((supplier) -> offers.add(group.fork(supplier)));
			complete = group.joinUntilDeadline();
		}
		// end::untilDeadline[]
		assertThat(complete).isTrue();
		assertThat(offers).hasSize(2);
	}

	@Test
	void recipeRace() throws Exception {
		List<Callable<String>> mirrors = List.of(() -> "one", () -> "one");
		// tag::race[]
		String page = TaskGroup.race(scopes, ScopeOptions.timeout(Duration.ofSeconds(2)), executor, mirrors);
		// end::race[]
		assertThat(page).isEqualTo("one");
	}

	/** A statement that does what one would do, in words. */
	private static final class Fakes {

		static Statement statement(List<String> trail, Runnable whileRunning) {
			return (Statement) java.lang.reflect.Proxy.newProxyInstance(Connection.class.getClassLoader(),
					new Class<?>[] { Statement.class }, (proxy, method, args) -> {
						trail.add(method.getName());
						if (method.getName().equals("execute")) {
							whileRunning.run();
							return true;
						}
						return null;
					});
		}

	}

}
