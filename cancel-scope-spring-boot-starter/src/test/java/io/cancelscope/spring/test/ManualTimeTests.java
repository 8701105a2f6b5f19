package io.cancelscope.spring.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.stereotype.Service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * One annotation gives a test the time of its application.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
// tag::class[]
@SpringBootTest
@AutoConfigureManualTime
@ExtendWith(NoScopeLeaks.class)
class ManualTimeTests {

	@Autowired
	ManualTime time;

	@Autowired
	QuoteService service;

	// hide[]
	@Autowired
	CancelScopes scopes;

	@Autowired
	TimeSource timeSource;

	// show[]

	@Test
	// hide[]
	@Order(1)
	// show[]
	void stopsWhenTheBudgetIsSpent() {
		this.service.beforeEachQuote(() -> this.time.advance(Duration.ofMillis(300)));

		assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(this.service::best)
			.withMessage("scope 'QuoteService.best' (800ms) exceeded its deadline");
		assertThat(this.service.quotes()).hasSize(3);
	}

	// hide[]
	@Test
	@Order(2)
	void timeGoesOnWhereTheLastTestLeftIt() {
		assertThat(this.time.nanoTime()).isEqualTo(Duration.ofMillis(900).toNanos());

		this.service.beforeEachQuote(() -> this.time.advance(Duration.ofMillis(150)));

		assertThat(this.service.best()).hasSize(5);
	}

	@Test
	@Order(3)
	void callbacksHaveRunWhenAdvanceReturns() {
		List<String> told = new ArrayList<>();
		OpenScope scope = this.scopes.open(ScopeOptions.timeout(Duration.ofSeconds(1)));
		try (scope) {
			scope.onCancel((reason) -> told.add(Thread.currentThread().getName()));

			this.time.advance(Duration.ofSeconds(1));

			assertThat(told).containsExactly(Thread.currentThread().getName());
		}
	}

	@Test
	@Order(4)
	void callbackDoesNotRunInsideATaskOfTheTimer() {
		List<String> order = new ArrayList<>();
		OpenScope scope = this.scopes.open(ScopeOptions.timeout(Duration.ofSeconds(1)));
		try (scope) {
			this.time.schedule(() -> {
				assertThat(scope.isCancelled()).isTrue();
				order.add("timer task ends");
			}, Duration.ofSeconds(1).toNanos());
			scope.onCancel((reason) -> order.add("callback"));

			this.time.advance(Duration.ofSeconds(1));

			assertThat(order).containsExactly("timer task ends", "callback");
		}
	}

	@Test
	@Order(5)
	void timeOfTheTestStandsInFrontOfTheApplications() {
		assertThat(this.timeSource).isSameAs(this.time);
	}

	// show[]

}
// end::class[]

@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class QuoteApplication {

	@Bean
	QuoteService quoteService() {
		return new QuoteService();
	}

	@Bean
	TimeSource usersTimeSource() {
		return TimeSource.system();
	}

}

@Service
class QuoteService {

	private final List<String> quotes = new ArrayList<>();

	private Runnable beforeEachQuote = () -> {
	};

	void beforeEachQuote(Runnable action) {
		this.beforeEachQuote = action;
	}

	List<String> quotes() {
		return this.quotes;
	}

	@CancelScoped("800ms")
	List<String> best() {
		this.quotes.clear();
		while (this.quotes.size() < 5) {
			CancelScope.current().check();
			this.beforeEachQuote.run();
			this.quotes.add("quote " + this.quotes.size());
		}
		return this.quotes;
	}

}
