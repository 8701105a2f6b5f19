package io.cancelscope.benchmarks.micro;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;

/**
 * What {@link Compare} runs, each so many times. Loaded once for each build, so that the
 * compiler looks at each by itself.
 */
public final class CompareOperations {

	private static final CancelScopes SCOPES = CancelScopes.create();

	private static final CancelScopes WATCHED = CancelScopes.builder().listener(new CancelScopeListener() {
	}).build();

	private static final CancelScopes REMEMBERED = CancelScopes.builder().rememberOpen().build();

	private static final ScopeOptions PLAIN = ScopeOptions.none();

	private static final ScopeOptions DEADLINE = ScopeOptions.timeout(Duration.ofHours(1));

	private static final ScopeOptions INTERRUPT = DEADLINE.interrupt();

	private static final Consumer<CancelReason> NOTHING = (reason) -> {
	};

	private static int ran;

	private CompareOperations() {
	}

	/**
	 * Returns them.
	 * @return by name
	 */
	public static Map<String, IntConsumer> all() {
		Map<String, IntConsumer> all = new LinkedHashMap<>();
		all.put("open, deadline", (times) -> open(DEADLINE, times));
		all.put("open, deadline, 16 deep", (times) -> open(DEADLINE, 16, times));
		all.put("open, plain", (times) -> open(PLAIN, times));
		all.put("open, plain, 16 deep", (times) -> open(PLAIN, 16, times));
		all.put("open, deadline, attached", CompareOperations::openAttached);
		all.put("check, deadline", (times) -> check(DEADLINE, times));
		all.put("check, plain", (times) -> check(PLAIN, times));
		all.put("check by the bean, plain", CompareOperations::checkByBean);
		all.put("callback, deadline", CompareOperations::callback);
		all.put("interrupt, deadline", (times) -> open(INTERRUPT, times));
		all.put("wrap and run", CompareOperations::wrap);
		all.put("open, deadline, watched", (times) -> open(WATCHED, DEADLINE, times));
		all.put("open, plain, watched", (times) -> open(WATCHED, PLAIN, times));
		all.put("open, deadline, remembered", (times) -> open(REMEMBERED, DEADLINE, times));
		return all;
	}

	private static void open(ScopeOptions options, int times) {
		open(SCOPES, options, times);
	}

	private static void open(CancelScopes scopes, ScopeOptions options, int times) {
		for (int i = 0; i < times; i++) {
			try (OpenScope scope = scopes.open(options)) {
				scope.check();
			}
		}
	}

	private static void open(ScopeOptions options, int depth, int times) {
		for (int i = 0; i < times; i += depth) {
			nest(options, depth);
		}
	}

	private static void openAttached(int times) {
		try (OpenScope around = SCOPES.openUnbound(PLAIN); CancelScope.Registration attachment = around.attach()) {
			open(DEADLINE, times);
		}
	}

	private static void nest(ScopeOptions options, int depth) {
		try (OpenScope scope = SCOPES.open(options)) {
			if (depth == 1) {
				scope.check();
			}
			else {
				nest(options, depth - 1);
			}
		}
	}

	private static void check(ScopeOptions options, int times) {
		try (OpenScope scope = SCOPES.open(options)) {
			for (int i = 0; i < times; i++) {
				scope.check();
			}
		}
	}

	private static void checkByBean(int times) {
		OpenScope scope = SCOPES.open(PLAIN);
		for (int i = 0; i < times; i++) {
			SCOPES.check();
		}
		scope.close();
	}

	private static void callback(int times) {
		for (int i = 0; i < times; i++) {
			try (OpenScope scope = SCOPES.open(DEADLINE)) {
				scope.onCancel(NOTHING);
				scope.check();
			}
		}
	}

	private static void wrap(int times) {
		Runnable task = () -> ran++;
		OpenScope scope = SCOPES.open(PLAIN);
		for (int i = 0; i < times; i++) {
			CancelScope.current().wrap(task).run();
		}
		scope.close();
	}

}
