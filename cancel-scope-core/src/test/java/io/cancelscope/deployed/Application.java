package io.cancelscope.deployed;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;

/**
 * Small applications that a test deploys in class loaders of their own: they use the JDK
 * and the library, and leave nothing open.
 */
public enum Application implements Runnable {

	/** Shows that the test itself holds no class loader. */
	DOES_NOTHING {

		@Override
		void use(CancelScopes scopes) {
		}

	},

	OPENS_SCOPES {

		@Override
		void use(CancelScopes scopes) {
			scopes.run(ScopeOptions.timeout(DAY), (scope) -> scopes.check());
		}

	},

	/** Its timer is set and taken away again. */
	HAS_A_CALLBACK_FOR_A_DAY {

		@Override
		void use(CancelScopes scopes) {
			scopes.run(ScopeOptions.timeout(DAY), (scope) -> scope.onCancel((reason) -> {
			}));
		}

	},

	HAS_A_CALLBACK_THAT_RUNS_AT_THE_DEADLINE {

		@Override
		void use(CancelScopes scopes) throws Exception {
			CountDownLatch ran = new CountDownLatch(1);
			try (OpenScope scope = scopes.open(ScopeOptions.timeout(SHORT))) {
				scope.onCancel((reason) -> ran.countDown());
				require(ran.await(20, TimeUnit.SECONDS), "the callback runs");
			}
		}

	},

	HAS_A_CALLBACK_THAT_IS_REGISTERED_LATE {

		@Override
		void use(CancelScopes scopes) {
			CountDownLatch ran = new CountDownLatch(1);
			try (OpenScope scope = scopes.open(ScopeOptions.timeout(Duration.ZERO))) {
				scope.onCancel((reason) -> ran.countDown());
			}
			require(ran.getCount() == 0, "the callback ran");
		}

	},

	HAS_A_CALLBACK_THAT_RUNS_ON_CANCEL {

		@Override
		void use(CancelScopes scopes) {
			CountDownLatch ran = new CountDownLatch(1);
			try (OpenScope scope = scopes.open(ScopeOptions.timeout(DAY))) {
				scope.onCancel((reason) -> ran.countDown());
				scope.cancel();
			}
			require(ran.getCount() == 0, "the callback ran");
		}

	},

	SLEEPS_UNTIL_THE_DEADLINE {

		@Override
		void use(CancelScopes scopes) throws Exception {
			boolean inTime = scopes.callOrElse(ScopeOptions.timeout(SHORT), (scope) -> {
				scope.sleep(Duration.ofSeconds(20));
				return true;
			}, (reason) -> false);
			require(!inTime, "the sleep is cut short");
		}

	},

	FINDS_FORGOTTEN_SCOPES {

		@Override
		void use(CancelScopes scopes) {
			CancelScopes watching = CancelScopes.builder().findForgotten(1).build();
			watching.run(ScopeOptions.timeout(DAY), (scope) -> watching.check());
		}

	},

	REMEMBERS_OPEN_SCOPES {

		@Override
		void use(CancelScopes scopes) {
			CancelScopes remembering = CancelScopes.builder().rememberOpen().build();
			remembering.run(ScopeOptions.timeout(DAY), (scope) -> remembering.check());
		}

	},

	SCHEDULES_A_TASK {

		@Override
		void use(CancelScopes scopes) throws Exception {
			CountDownLatch rung = new CountDownLatch(1);
			TimeSource.system().schedule(rung::countDown, SHORT.toNanos());
			require(rung.await(20, TimeUnit.SECONDS), "the task runs");
		}

	},

	SCHEDULES_A_TASK_THAT_FAILS {

		@Override
		void use(CancelScopes scopes) throws Exception {
			CountDownLatch rung = new CountDownLatch(2);
			TimeSource.system().schedule(() -> {
				throw new IllegalStateException("broken");
			}, 0);
			TimeSource.system().schedule(rung::countDown, SHORT.toNanos());
			TimeSource.system().schedule(() -> {
				throw new AssertionError("broken badly");
			}, 2 * SHORT.toNanos());
			TimeSource.system().schedule(rung::countDown, 3 * SHORT.toNanos());
			require(rung.await(10, TimeUnit.SECONDS), "the tasks after one that fails run");
		}

	};

	private static final Duration SHORT = Duration.ofMillis(20);

	private static final Duration DAY = Duration.ofHours(24);

	abstract void use(CancelScopes scopes) throws Exception;

	@Override
	public void run() {
		try {
			use(CancelScopes.create());
		}
		catch (Exception ex) {
			throw new IllegalStateException("The application failed: " + this, ex);
		}
	}

	private static void require(boolean happened, String what) {
		if (!happened) {
			throw new IllegalStateException("It did not happen that " + what);
		}
	}

}
