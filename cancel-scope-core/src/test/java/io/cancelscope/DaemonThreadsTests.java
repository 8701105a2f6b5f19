package io.cancelscope;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The library's threads keep no JVM alive, and hold nothing of the application that
 * happens to start them.
 */
@Timeout(30)
class DaemonThreadsTests {

	private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();

	@Test
	void threadsAreNumberedDaemonsWithoutAContext() {
		ThreadFactory factory = DaemonThreads.named("cancel-scope-test");

		Thread first = factory.newThread(DaemonThreadsTests::nothing);
		Thread second = factory.newThread(DaemonThreadsTests::nothing);

		assertThat(first.getName()).isEqualTo("cancel-scope-test-1");
		assertThat(second.getName()).isEqualTo("cancel-scope-test-2");
		assertThat(first.isDaemon()).isTrue();
		assertThat(first.getContextClassLoader()).isNull();
	}

	@Test
	void threadsInheritNoThreadLocals() throws Exception {
		INHERITED.set("of the application");
		try {
			CompletableFuture<String> inherited = new CompletableFuture<>();
			DaemonThreads.named("cancel-scope-test")
				.newThread(() -> inherited.complete(String.valueOf(INHERITED.get())))
				.start();

			assertThat(inherited.get(20, TimeUnit.SECONDS)).isEqualTo("null");
		}
		finally {
			INHERITED.remove();
		}
	}

	@Test
	void virtualThreadsAreUsedWhereABlockedOneHoldsUpNoOther() {
		ThreadFactory virtual = DaemonThreads.virtual("cancel-scope-test-");

		assertThat(virtual != null).isEqualTo(Runtime.version().feature() >= 24);
	}

	@Test
	void virtualThreadsAreNumberedAndInheritNoThreadLocals() throws Exception {
		ThreadFactory virtual = DaemonThreads.virtual("cancel-scope-test-");
		assumeTrue(virtual != null, "before JDK 24 the library uses platform threads");
		INHERITED.set("of the application");
		try {
			CompletableFuture<String> inherited = new CompletableFuture<>();
			Thread thread = virtual.newThread(() -> inherited.complete(String.valueOf(INHERITED.get())));
			thread.start();

			assertThat(inherited.get(20, TimeUnit.SECONDS)).isEqualTo("null");
			assertThat(thread.getName()).isEqualTo("cancel-scope-test-0");
			assertThat(thread.isDaemon()).isTrue();
		}
		finally {
			INHERITED.remove();
		}
	}

	private static void nothing() {
	}

}
