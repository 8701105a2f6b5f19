package io.cancelscope;

import java.util.ArrayList;
import java.util.List;
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
	void threadsAreNumberedDaemonsWithoutAContextWhoeverMakesThem() throws Exception {
		ThreadFactory factory = DaemonThreads.named("cancel-scope-test");
		List<Thread> made = new ArrayList<>();
		Thread application = new Thread(() -> {
			made.add(factory.newThread(DaemonThreadsTests::nothing));
			made.add(factory.newThread(DaemonThreadsTests::nothing));
		});
		application.setDaemon(false);
		application.setContextClassLoader(ClassLoader.getSystemClassLoader());

		application.start();
		application.join();

		assertThat(made).extracting(Thread::getName).containsExactly("cancel-scope-test-1", "cancel-scope-test-2");
		assertThat(made).allMatch(Thread::isDaemon);
		assertThat(made).extracting(Thread::getContextClassLoader).containsOnlyNulls();
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
