package io.cancelscope.spring.aop;

import java.time.Duration;

import io.cancelscope.CancelScope;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.future.CancelScopeFutureAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A fallback with annotations of its own is called as other beans call it, so these
 * count. Where no proxy reaches it, a warning names it.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class AnnotatedFallbackTests {

	private static final String HERE = AnnotatedFallbackTests.class.getName();

	private final ManualTime time = new ManualTime();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeFutureAutoConfiguration.class,
				AopAutoConfiguration.class, DataSourceAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class))
		.withPropertyValues("spring.datasource.generate-unique-name=true")
		.withBean(TimeSource.class, () -> this.time);

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void fallbackRunsInItsOwnTransaction(String weaving) {
		this.runner.withPropertyValues("cancel-scope.weaving=" + weaving)
			.withBean(Desk.class, this::desk)
			.run((context) -> assertThat(context.getBean(Desk.class).booked()).isEqualTo("transaction: true"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void fallbackHasItsOwnScope(String weaving) {
		this.runner.withPropertyValues("cancel-scope.weaving=" + weaving)
			.withBean(Desk.class, this::desk)
			.run((context) -> assertThat(context.getBean(Desk.class).best()).isEqualTo("Desk.cached, 200ms"));
	}

	@Test
	void fallbackMayHaveAFallback() {
		this.runner.withBean(Desk.class, this::desk)
			.run((context) -> assertThat(context.getBean(Desk.class).twice()).isEqualTo("nothing"));
	}

	@Test
	void fallbackWithoutAnnotationsIsCalledDirectly() {
		this.runner.withBean(WholeDesk.class, () -> new WholeDesk(this.time))
			.run((context) -> assertThat(context.getBean(WholeDesk.class).best()).isEqualTo("root"));
	}

	@Test
	void jdkProxyOffersTheFallbackByItsInterface() {
		this.runner.withPropertyValues("spring.aop.proxy-target-class=false")
			.withBean(Offer.class, () -> new OfferDesk(this.time))
			.run((context) -> {
				assertThat(context.getBean(Offer.class).best()).isEqualTo("transaction: true");
				assertThat(context.getBean(Offer.class).generic("OSL")).isEqualTo("transaction: true");
				assertThat(context.getBean(Offer.class).other()).isEqualTo("transaction: false");
			});
	}

	@Test
	void fallbackThatNoProxyReachesIsNamed(CapturedOutput output) {
		this.runner.withBean("desk", Unreached.class, () -> new Unreached(this.time)).run((context) -> {
			assertThat(context.getBean(Unreached.class).best()).isEqualTo("transaction: false");
			assertThat(output).contains("Bean 'desk': the annotations of the fallback " + HERE
					+ "$Unreached#booked (the method is private) have no effect.");
		});
	}

	private Desk desk() {
		return new Desk(this.time);
	}

	private static String transaction() {
		return "transaction: " + TransactionSynchronizationManager.isActualTransactionActive();
	}

	private static <T> T late(ManualTime time) {
		time.advance(Duration.ofSeconds(1));
		CancelScope.current().check();
		throw new AssertionError("not stopped");
	}

	static class Desk {

		private final ManualTime time;

		Desk(ManualTime time) {
			this.time = time;
		}

		@CancelScoped(timeout = "1s", fallback = "book")
		String booked() {
			return late(this.time);
		}

		@Transactional
		public String book() {
			return transaction();
		}

		@CancelScoped(timeout = "1s", fallback = "cached")
		String best() {
			return late(this.time);
		}

		@CancelScoped("200ms")
		String cached() {
			return CancelScope.current().name() + ", " + CancelScope.current().remaining().orElseThrow().toMillis()
					+ "ms";
		}

		@CancelScoped(timeout = "1s", fallback = "slow")
		String twice() {
			return late(this.time);
		}

		@CancelScoped(timeout = "1s", fallback = "nothing")
		String slow() {
			return late(this.time);
		}

		String nothing() {
			return "nothing";
		}

	}

	@CancelScoped(timeout = "1s", fallback = "cached")
	static class WholeDesk {

		private final ManualTime time;

		WholeDesk(ManualTime time) {
			this.time = time;
		}

		public String best() {
			return late(this.time);
		}

		public String cached() {
			return CancelScope.current().name();
		}

	}

	interface Booking<T> {

		String bookedFor(T from);

	}

	interface Offer extends Booking<String> {

		String best();

		String generic(String from);

		String other();

		String booked();

	}

	static class OfferDesk implements Offer {

		private final ManualTime time;

		OfferDesk(ManualTime time) {
			this.time = time;
		}

		@Override
		@CancelScoped(timeout = "1s", fallback = "booked")
		public String best() {
			return late(this.time);
		}

		@Override
		@CancelScoped(timeout = "1s", fallback = "bookedFor")
		public String generic(String from) {
			return late(this.time);
		}

		@Override
		@Transactional
		public String bookedFor(String from) {
			return transaction();
		}

		@Override
		@CancelScoped(timeout = "1s", fallback = "hidden")
		public String other() {
			return late(this.time);
		}

		@Override
		@Transactional
		public String booked() {
			return transaction();
		}

		@Transactional
		public String hidden() {
			return transaction();
		}

	}

	static class Unreached {

		private final ManualTime time;

		Unreached(ManualTime time) {
			this.time = time;
		}

		@CancelScoped(timeout = "1s", fallback = "booked")
		String best() {
			return late(this.time);
		}

		@Transactional
		private String booked() {
			return transaction();
		}

	}

}
