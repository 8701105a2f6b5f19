package io.cancelscope;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import static io.cancelscope.Scopes.seconds;

/**
 * Waits that end with their scope.
 */
enum Wait {

	REGION {
		@Override
		void waitIn(CancelScope scope) throws Exception {
			scope.interruptibly((current) -> {
				block();
				return null;
			});
		}
	},

	SLEEP {
		@Override
		void waitIn(CancelScope scope) throws Exception {
			scope.sleep(seconds(1000));
		}
	},

	AWAIT {
		@Override
		void waitIn(CancelScope scope) throws Exception {
			scope.await(new CompletableFuture<>());
		}
	},

	REGION_IN_A_REGION {
		@Override
		void waitIn(CancelScope scope) throws Exception {
			scope.interruptibly((current) -> {
				REGION.waitIn(scope);
				return null;
			});
		}
	};

	private static void block() throws InterruptedException {
		new CountDownLatch(1).await();
	}

	/**
	 * Waits for what never comes.
	 * @param scope whose end ends the wait
	 * @throws Exception that of the scope
	 */
	abstract void waitIn(CancelScope scope) throws Exception;

}
