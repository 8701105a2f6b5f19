package io.cancelscope.spring.task;

import java.net.URL;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CarryingRow;
import org.aspectj.weaver.loadtime.WeavingURLClassLoader;
import org.junit.jupiter.api.Test;

import org.springframework.aop.interceptor.AsyncExecutionAspectSupport;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.core.task.support.TaskExecutorAdapter;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.aspectj.AnnotationAsyncExecutionAspect;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code @EnableAsync(mode = ASPECTJ)}: there is no invocation that could carry a scope,
 * so it is up to the executor. The worker is woven here by a class loader.
 */
class AspectJAsyncTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private final CancelScopes scopes = CancelScopes.create();

	private final ExecutorService pool = Executors.newSingleThreadExecutor();

	@Test
	@CarryingRow(way = "`@Async` with `@EnableAsync(mode = ASPECTJ)`, on an undecorated executor", carried = "no",
			by = "there is no proxy to carry it: decorate the executor")
	void wovenAsyncMethodIsNotCarriedOnAnUndecoratedExecutor() throws Exception {
		assertThat(seenOn(this.pool)).isEqualTo("root");
	}

	@Test
	@CarryingRow(way = "`@Async` with `@EnableAsync(mode = ASPECTJ)`, on a decorated executor", carried = "yes",
			by = "our `TaskDecorator`, which Spring Boot gives to its own")
	void wovenAsyncMethodIsCarriedOnADecoratedExecutor() throws Exception {
		TaskExecutorAdapter decorated = new TaskExecutorAdapter(this.pool);
		decorated.setTaskDecorator(new CancelScopeTaskDecorator());
		assertThat(seenOn(decorated)).isEqualTo("request");
	}

	private String seenOn(Executor executor) throws Exception {
		URL aspects = placeOf(AnnotationAsyncExecutionAspect.class);
		WeavingURLClassLoader loader = new WeavingURLClassLoader(new URL[] { placeOf(Worker.class), aspects },
				new URL[] { aspects },
				new FilteredClassLoader(Worker.class.getName(), "org.springframework.scheduling.aspectj"));
		try (loader) {
			AsyncExecutionAspectSupport aspect = (AsyncExecutionAspectSupport) loader
				.loadClass(AnnotationAsyncExecutionAspect.class.getName())
				.getMethod("aspectOf")
				.invoke(null);
			aspect.setExecutor(executor);
			@SuppressWarnings("unchecked")
			Supplier<CompletableFuture<Seen>> worker = (Supplier<CompletableFuture<Seen>>) loader
				.loadClass(Worker.class.getName())
				.getConstructor()
				.newInstance();
			OpenScope request = this.scopes.open(ScopeOptions.named("request"));
			try (request) {
				CompletableFuture<Seen> seen = worker.get();
				assertThat(seen).succeedsWithin(SOON);
				assertThat(seen.join().thread()).isNotSameAs(Thread.currentThread());
				return seen.join().scope();
			}
		}
		finally {
			this.pool.shutdown();
		}
	}

	private static URL placeOf(Class<?> type) {
		return type.getProtectionDomain().getCodeSource().getLocation();
	}

	public record Seen(Thread thread, String scope) {
	}

	public static class Worker implements Supplier<CompletableFuture<Seen>> {

		@Async
		@Override
		public CompletableFuture<Seen> get() {
			return CompletableFuture.completedFuture(new Seen(Thread.currentThread(), CancelScope.current().name()));
		}

	}

}
