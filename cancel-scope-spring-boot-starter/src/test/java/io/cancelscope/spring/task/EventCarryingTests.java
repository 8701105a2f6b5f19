package io.cancelscope.spring.task;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.CarryingRow;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Listeners that run on another thread, at once or after the commit.
 */
class EventCarryingTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private final ManualTime time = new ManualTime();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class,
						CancelScopeTaskAutoConfiguration.class, TaskExecutionAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withUserConfiguration(EventConfiguration.class);

	@AfterEach
	void threadIsBackAtTheRoot() {
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	@CarryingRow(way = "`@EventListener` with `@Async`", carried = "yes",
			by = "the call itself: the scope that is open where the event is published")
	void asyncListenerRunsInTheScopeOfThePublisher() {
		run((desk, scopes) -> {
			Booked booked = new Booked();
			OpenScope request = scopes.open(ScopeOptions.named("request"));
			try (request) {
				desk.publish(booked);
				assertThat(booked.listener).succeedsWithin(SOON).isEqualTo("request");
			}
		});
	}

	@Test
	@CarryingRow(way = "`@TransactionalEventListener` with `@Async`", carried = "yes",
			by = "the call itself: the scope that is open around the transaction when it has committed")
	void asyncListenerAfterTheCommitRunsInTheScopeAroundTheTransaction() {
		run((desk, scopes) -> {
			Booked booked = new Booked();
			OpenScope request = scopes.open(ScopeOptions.named("request"));
			try (request) {
				desk.book(booked, scopes);
				assertThat(booked.afterCommit).succeedsWithin(SOON).isEqualTo("request");
				booked.goOn.countDown();
			}
		});
	}

	@Test
	void publishersScopeCountsAfterTheCommitWhereItIsAroundTheTransaction() {
		run((desk, scopes) -> {
			Booked booked = new Booked();
			OpenScope request = scopes.open(ScopeOptions.named("request"));
			try (request) {
				desk.bookInScope(booked);
				assertThat(booked.scopeAtCommit).isEqualTo("TripDesk.bookInScope");
				booked.goOn.countDown();
				// By now the scope of the method has ended in time, and let the listener
				// go.
				assertThat(booked.afterCommit).succeedsWithin(SOON).isIn("TripDesk.bookInScope", "request");
			}
		});
	}

	@Test
	void listenerAfterTheCommitIsCancelledWithARequestThatRanOutOfTime() {
		run((desk, scopes) -> {
			Booked booked = new Booked();
			OpenScope request = scopes.open(ScopeOptions.named("request").withTimeout(Duration.ofSeconds(2)));
			try (request) {
				desk.book(booked, scopes);
				this.time.advance(Duration.ofSeconds(2));
			}
			booked.goOn.countDown();
			assertThat(booked.cancelled).succeedsWithin(SOON).isEqualTo(true);
		});
	}

	@Test
	void listenerAfterTheCommitOutlivesARequestThatEndedInTime() {
		run((desk, scopes) -> {
			Booked booked = new Booked();
			OpenScope request = scopes.open(ScopeOptions.named("request").withTimeout(Duration.ofSeconds(2)));
			try (request) {
				desk.book(booked, scopes);
			}
			this.time.advance(Duration.ofSeconds(2));
			booked.goOn.countDown();
			assertThat(booked.cancelled).succeedsWithin(SOON).isEqualTo(false);
		});
	}

	private void run(BiConsumer<TripDesk, CancelScopes> test) {
		this.runner.run((context) -> test.accept(context.getBean(TripDesk.class), context.getBean(CancelScopes.class)));
	}

	/** The event, in which listeners leave what they see. */
	static final class Booked {

		final CompletableFuture<String> listener = new CompletableFuture<>();

		final CompletableFuture<String> afterCommit = new CompletableFuture<>();

		final CompletableFuture<Boolean> cancelled = new CompletableFuture<>();

		final CountDownLatch goOn = new CountDownLatch(1);

		volatile String scopeAtCommit = "";

	}

	static class TripDesk {

		private final ApplicationEventPublisher publisher;

		TripDesk(ApplicationEventPublisher publisher) {
			this.publisher = publisher;
		}

		void publish(Booked booked) {
			this.publisher.publishEvent(booked);
		}

		/** Publishes inside a scope that is closed when the transaction commits. */
		@Transactional
		void book(Booked booked, CancelScopes scopes) {
			scopes.run(ScopeOptions.named("publishing"), (publishing) -> this.publisher.publishEvent(booked));
		}

		@Transactional
		@CancelScoped("2s")
		void bookInScope(Booked booked) {
			this.publisher.publishEvent(booked);
		}

	}

	static class Listener {

		@Async
		@EventListener
		void atOnce(Booked booked) {
			booked.listener.complete(current());
		}

		@Async
		@TransactionalEventListener
		void afterCommit(Booked booked) throws InterruptedException {
			booked.afterCommit.complete(current());
			assertThat(booked.goOn.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
			booked.cancelled.complete(CancelScope.current().isCancelled());
		}

	}

	static class OnCommit {

		@TransactionalEventListener
		void onCommit(Booked booked) {
			booked.scopeAtCommit = current();
		}

	}

	private static String current() {
		return CancelScope.current().name();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	@EnableTransactionManagement
	static class EventConfiguration {

		@Bean
		TripDesk tripDesk(ApplicationEventPublisher publisher) {
			return new TripDesk(publisher);
		}

		@Bean
		Listener listener() {
			return new Listener();
		}

		@Bean
		OnCommit onCommit() {
			return new OnCommit();
		}

		@Bean
		PlatformTransactionManager transactionManager() {
			return new NoResourceTransactionManager();
		}

	}

	/** Begins and ends transactions of nothing, which is enough for their listeners. */
	static class NoResourceTransactionManager extends AbstractPlatformTransactionManager {

		private static final long serialVersionUID = 1L;

		@Override
		protected Object doGetTransaction() {
			return "nothing";
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
		}

	}

}
