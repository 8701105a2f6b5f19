package io.cancelscope.spring.redis;

import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScoped;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.annotation.Id;
import org.springframework.data.redis.core.RedisHash;
import org.springframework.data.redis.repository.configuration.EnableRedisRepositories;
import org.springframework.data.repository.CrudRepository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Repositories on Redis end with their scope.
 */
class RedisRepositoryTests {

	private static final ScheduledExecutorService CANCELLER = Executors.newSingleThreadScheduledExecutor();

	private static TestRedis server;

	private static ConfigurableApplicationContext context;

	@BeforeAll
	static void start() {
		server = TestRedis.start();
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.data.redis.port=" + server.port(), "spring.main.banner-mode=off")
			.run();
		context.getBean(Orders.class).save(new Order("1", "open"));
	}

	@AfterAll
	static void stop() {
		CANCELLER.shutdown();
		if (context != null) {
			context.close();
		}
		if (server != null) {
			server.close();
		}
	}

	@Test
	void aReadEnds() {
		Orders orders = context.getBean(Orders.class);
		assertEnds(() -> orders.findById("1"));

		assertThat(orders.findById("1")).hasValueSatisfying((order) -> assertThat(order.state()).isEqualTo("open"));
	}

	@Test
	void aWriteEnds() {
		Orders orders = context.getBean(Orders.class);
		assertEnds(() -> orders.save(new Order("2", "open")));

		assertThat(orders.findById("1")).isPresent();
	}

	@Test
	void aScopedCallerGetsItsOwnException() {
		server.freeze();
		try {
			assertThat(catchThrowable(() -> context.getBean(Shop.class).state("1")))
				.isInstanceOf(DeadlineExceededException.class)
				.hasMessageContaining("'Shop.state' (300ms)");
		}
		finally {
			server.thaw();
		}
	}

	private static void assertEnds(Callable<?> work) {
		Throwable failure;
		server.freeze();
		try (OpenScope scope = context.getBean(CancelScopes.class).open(ScopeOptions.named("mine"))) {
			CANCELLER.schedule(() -> scope.cancel("for the test"), 50, TimeUnit.MILLISECONDS);
			failure = catchThrowable(work::call);
		}
		finally {
			server.thaw();
		}

		assertThat(ScopeCancelledException.findIn(failure)).hasMessageContaining("'mine'");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableRedisRepositories(basePackageClasses = RedisRepositoryTests.class, considerNestedRepositories = true)
	static class Application {

		@Bean
		Shop shop(Orders orders) {
			return new Shop(orders);
		}

	}

	@RedisHash("orders")
	record Order(@Id String id, String state) {
	}

	interface Orders extends CrudRepository<Order, String> {

	}

	static class Shop {

		private final Orders orders;

		Shop(Orders orders) {
			this.orders = orders;
		}

		@CancelScoped("300ms")
		String state(String id) {
			return this.orders.findById(id).map(Order::state).orElse("unknown");
		}

	}

}
