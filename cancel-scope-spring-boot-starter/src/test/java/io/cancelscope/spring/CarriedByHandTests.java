package io.cancelscope.spring;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.group.TaskGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Ways to other threads that Spring has no hand in: what the core's methods carry, and
 * what nobody carries.
 */
class CarriedByHandTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private final CancelScopes scopes = CancelScopes.create();

	private final ExecutorService pool = Executors.newFixedThreadPool(2);

	private final OpenScope request = this.scopes.openUnbound(ScopeOptions.named("request"));

	private final CancelScope.Registration attachment = this.request.attach();

	@BeforeEach
	void requestIsOpen() {
		assertThat(current()).isEqualTo("request");
	}

	@AfterEach
	void allThreadsAreBackAtTheRoot() throws Exception {
		this.attachment.close();
		this.request.close();
		assertThat(current()).isEqualTo("root");
		CyclicBarrier both = new CyclicBarrier(2);
		List<Future<String>> workers = IntStream.range(0, 2).mapToObj((i) -> this.pool.submit(() -> {
			both.await(SOON.toSeconds(), TimeUnit.SECONDS);
			return current();
		})).toList();
		assertThat(workers).allSatisfy((worker) -> assertThat(worker).succeedsWithin(SOON).isEqualTo("root"));
		this.pool.shutdown();
	}

	@Test
	@CarryingRow(way = "`CompletableFuture.supplyAsync(x, scopes.propagating(pool))`", carried = "yes",
			by = "the propagating executor: the scope of who submits")
	void futureOnAPropagatingExecutorIsCarried() {
		CancelScopes scopes = this.scopes;
		ExecutorService pool = this.pool;
		// tag::propagating[]
		ExecutorService carrying = scopes.propagating(pool);
		CompletableFuture<String> name = CompletableFuture.supplyAsync(() -> CancelScope.current().name(), carrying);
		// end::propagating[]
		assertThat(name).succeedsWithin(SOON).isEqualTo("request");
	}

	@Test
	@CarryingRow(way = "`executor.submit(scope.wrap(task))`", carried = "yes", by = "the wrapped task")
	void wrappedTaskIsCarried() {
		assertThat(this.pool.submit(this.request.wrap(CarriedByHandTests::call))).succeedsWithin(SOON)
			.isEqualTo("request");
		assertThat(CompletableFuture.supplyAsync(this.request.wrapSupplier(CarriedByHandTests::current)))
			.succeedsWithin(SOON)
			.isEqualTo("request");
	}

	@Test
	@CarryingRow(way = "`scope.wrap(executor)`", carried = "yes", by = "that scope, whoever submits")
	void executorOfAScopeCarriesThatOne() {
		this.attachment.close();
		assertThat(CompletableFuture.supplyAsync(CarriedByHandTests::current, this.request.wrap(this.pool)))
			.succeedsWithin(SOON)
			.isEqualTo("request");
	}

	@Test
	@CarryingRow(way = "`TaskGroup.fork(task)`", carried = "yes",
			by = "the group: each task has a scope of its own inside the group's")
	void forkedTaskRunsInTheScopeOfItsGroup() throws Exception {
		TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.named("group"), this.pool);
		try (group) {
			Future<String> task = group.fork(CarriedByHandTests::current);
			group.join();
			assertThat(task.get()).isEqualTo("group task");
		}
	}

	@Test
	@CarryingRow(way = "`scopes.propagating(threadFactory)`", carried = "yes",
			by = "the factory: the scope of the thread that calls `newThread`")
	void threadOfAPropagatingFactoryIsCarried() {
		CancelScopes scopes = this.scopes;
		FutureTask<String> task = new FutureTask<>(CarriedByHandTests::current);
		// tag::factory[]
		ThreadFactory factory = scopes.propagating(Executors.defaultThreadFactory());
		factory.newThread(task).start();
		// end::factory[]
		assertThat(task).succeedsWithin(SOON).isEqualTo("request");
	}

	@Test
	@CarryingRow(way = "`scope.abandonable(operation, late)`", carried = "yes",
			by = "the call itself, also after its caller has left")
	void abandonableCallIsCarried() {
		assertThat(this.request.<String, RuntimeException>abandonable((scope) -> current(), (late) -> {
		})).isEqualTo("request");
	}

	@Test
	@CarryingRow(way = "`scopes.callAsync(options, operation)`", carried = "as its producer is",
			by = "a scope of its own lasts until the stage is done; the operation itself runs in it")
	void producerOfAnAsyncCallIsCarriedByHand() {
		assertThat(this.scopes.<String, RuntimeException>callAsync(ScopeOptions.named("quote"),
				(scope) -> CompletableFuture.supplyAsync(CarriedByHandTests::current, scope.wrap(this.pool))))
			.succeedsWithin(SOON)
			.isEqualTo("quote");
	}

	@Test
	@CarryingRow(way = "an `ExecutorService` of your own, used directly", carried = "no",
			by = "`scopes.propagating(executor)`")
	void plainExecutorCarriesNothing() {
		assertThat(this.pool.submit(CarriedByHandTests::current)).succeedsWithin(SOON).isEqualTo("root");
	}

	@Test
	@CarryingRow(way = "a `ThreadPoolTaskExecutor` of your own, used directly", carried = "no",
			by = "`setTaskDecorator` with the bean `cancelScopeTaskDecorator`")
	void taskExecutorWithoutADecoratorCarriesNothing() {
		ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
		executor.initialize();
		try {
			assertThat(executor.submit(CarriedByHandTests::current)).succeedsWithin(SOON).isEqualTo("root");
		}
		finally {
			executor.shutdown();
		}
	}

	@Test
	@CarryingRow(way = "`CompletableFuture.supplyAsync(x)`, the common pool", carried = "no",
			by = "give it `scopes.propagating(pool)`, or wrap the supplier")
	void commonPoolCarriesNothing() {
		assertThat(CompletableFuture.supplyAsync(CarriedByHandTests::current)).succeedsWithin(SOON).isEqualTo("root");
		assertThat(ForkJoinPool.commonPool().submit(CarriedByHandTests::call)).succeedsWithin(SOON).isEqualTo("root");
	}

	@Test
	@CarryingRow(way = "parallel streams", carried = "no, except for the part that the caller's thread does",
			by = "a `TaskGroup`, or check a scope that you hold in a variable")
	void parallelStreamCarriesNothing() throws Exception {
		Set<String> seen = ConcurrentHashMap.newKeySet();
		CyclicBarrier both = new CyclicBarrier(2);
		// Two elements that wait for each other are on two threads.
		ForkJoinPool two = new ForkJoinPool(2);
		two.submit(this.request.wrap((Runnable) () -> IntStream.range(0, 2).parallel().forEach((i) -> {
			awaitQuietly(both);
			seen.add(current());
		}))).get(SOON.toSeconds(), TimeUnit.SECONDS);
		two.shutdown();
		assertThat(seen).containsExactlyInAnyOrder("request", "root");
	}

	@Test
	@CarryingRow(way = "`new Thread(task)`", carried = "no", by = "`new Thread(scope.wrap(task))`")
	void newThreadCarriesNothing() {
		assertThat(onNewThread(new FutureTask<>(CarriedByHandTests::current))).isEqualTo("root");
		assertThat(onNewThread(new FutureTask<>(this.request.wrap(CarriedByHandTests::call)))).isEqualTo("request");
	}

	@Test
	@CarryingRow(way = "virtual threads that you start", carried = "no",
			by = "`scope.wrap(task)`, or `scopes.propagating(executor)`")
	void virtualThreadCarriesNothing() {
		assumeVirtualThreads();
		VirtualThreadTaskExecutor executor = new VirtualThreadTaskExecutor();
		assertThat(executor.submit(CarriedByHandTests::current)).succeedsWithin(SOON).isEqualTo("root");
		assertThat(executor.submit(this.request.wrap(CarriedByHandTests::call))).succeedsWithin(SOON)
			.isEqualTo("request");
	}

	private static void assumeVirtualThreads() {
		Assumptions.assumeTrue(Runtime.version().feature() >= 21, "virtual threads need JDK 21");
	}

	private static String onNewThread(FutureTask<String> task) {
		new Thread(task).start();
		assertThat(task).succeedsWithin(SOON);
		try {
			return task.get();
		}
		catch (InterruptedException | ExecutionException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void awaitQuietly(CyclicBarrier barrier) {
		try {
			barrier.await(SOON.toSeconds(), TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String call() {
		return current();
	}

	private static String current() {
		return CancelScope.current().name();
	}

}
