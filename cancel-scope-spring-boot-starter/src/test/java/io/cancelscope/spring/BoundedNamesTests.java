package io.cancelscope.spring;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Names that may come from outside.
 */
class BoundedNamesTests {

	@Test
	void whatIsKeptIsMadeOnce() {
		AtomicInteger made = new AtomicInteger();
		BoundedNames<String> names = new BoundedNames<>(2, (name) -> name + made.incrementAndGet());

		assertThat(names.get("a")).isEqualTo("a1");
		assertThat(names.get("a")).isEqualTo("a1");
	}

	@Test
	void sameTextIsTheSameName() {
		BoundedNames<Object> names = new BoundedNames<>(200, (name) -> new Object());
		Object first = names.get("a");

		assertThat(names.get(new String("a"))).isSameAs(first);
		for (int i = 0; i < 150; i++) {
			Object made = names.get("name " + i);
			assertThat(names.get("name " + i)).isSameAs(made).isNotSameAs(first);
		}
		assertThat(names.get("a")).isSameAs(first);
		assertThat(names.all()).hasSize(151);
	}

	@Test
	void namesThatComeTooLateShareOne() {
		BoundedNames<String> names = new BoundedNames<>(2, (name) -> "for " + name);

		names.get("a");
		names.get("b");

		assertThat(names.get("c")).isEqualTo("for others");
		assertThat(names.get("d")).isEqualTo("for others");
		assertThat(names.get("b")).isEqualTo("for b");
		assertThat(names.all()).containsOnlyKeys("a", "b", "others");
	}

	@Test
	void limitHoldsAlsoWhereManyComeAtOnce() throws InterruptedException {
		BoundedNames<String> names = new BoundedNames<>(50, (name) -> name);
		CountDownLatch go = new CountDownLatch(1);
		ExecutorService threads = Executors.newFixedThreadPool(4);
		for (int thread = 0; thread < 4; thread++) {
			int first = thread * 1_000;
			threads.execute(() -> {
				awaitQuietly(go);
				for (int i = 0; i < 1_000; i++) {
					names.get("name " + (first + i));
				}
			});
		}

		go.countDown();
		threads.shutdown();

		assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
		assertThat(names.all()).hasSize(51);
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
