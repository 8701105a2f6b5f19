package io.cancelscope.spring;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/**
 * A service whose calls end in time, and leave work behind that goes on: it takes an
 * order, and sends a mail on the only other thread.
 */
@EnableAsync
@Configuration(proxyBeanMethods = false)
@Import({ OutlivingWork.Orders.class, OutlivingWork.Mails.class })
public class OutlivingWork {

	@Bean
	ThreadPoolTaskExecutor taskExecutor() {
		ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
		executor.setCorePoolSize(1);
		executor.setMaxPoolSize(1);
		return executor;
	}

	/**
	 * How far the mail is when the order has been taken.
	 */
	public enum Start {

		/** It does what blocks. */
		BLOCKING,

		/** It has begun, and comes to what blocks later. */
		BEGUN,

		/** It waits for a thread. */
		QUEUED

	}

	/**
	 * A step that ends when something has happened elsewhere.
	 */
	@FunctionalInterface
	public interface Step {

		/**
		 * Waits.
		 * @throws Exception if it didn't happen
		 */
		void await() throws Exception;

	}

	/**
	 * What takes orders.
	 */
	public static class Orders {

		private final Mails mails;

		private final ThreadPoolTaskExecutor executor;

		Orders(Mails mails, ThreadPoolTaskExecutor executor) {
			this.mails = mails;
			this.executor = executor;
		}

		/**
		 * Ends when the mail blocks, and when the scope of the order is closed.
		 * @param orders the bean, woven
		 * @param start how far the mail is to be by the end of the order
		 * @param blocks what the mail does
		 * @param blocking ends when it does that
		 * @return what comes of the mail
		 */
		public static <T> CompletableFuture<T> take(Orders orders, Start start, Callable<T> blocks, Step blocking)
				throws Exception {
			CompletableFuture<T> result = new CompletableFuture<>();
			CountDownLatch begun = new CountDownLatch(1);
			CountDownLatch taken = new CountDownLatch(1);
			if (start == Start.QUEUED) {
				orders.occupy(taken);
			}
			orders.take(() -> {
				begun.countDown();
				if (start == Start.BEGUN) {
					await(taken);
				}
				try {
					result.complete(blocks.call());
				}
				catch (Exception ex) {
					result.completeExceptionally(ex);
				}
			}, switch (start) {
				case BLOCKING -> blocking;
				case BEGUN -> () -> await(begun);
				case QUEUED -> () -> {
				};
			});
			taken.countDown();
			if (start != Start.BLOCKING) {
				blocking.await();
			}
			return result;
		}

		/** Keeps the thread of the mails busy. */
		void occupy(CountDownLatch until) {
			this.executor.execute(() -> await(until));
		}

		/** Takes an order. */
		@CancelScoped(name = "order", timeout = "1h")
		public void take(Runnable mail, Step until) throws Exception {
			this.mails.send(mail);
			until.await();
		}

		private static void await(CountDownLatch latch) {
			try {
				if (!latch.await(30, TimeUnit.SECONDS)) {
					throw new IllegalStateException("It has not happened");
				}
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	/**
	 * What sends mails, for which nobody waits.
	 */
	public static class Mails {

		/** Sends one, with no scope of its own. */
		@Async
		public void send(Runnable mail) {
			mail.run();
		}

	}

}
