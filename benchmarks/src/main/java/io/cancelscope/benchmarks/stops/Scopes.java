package io.cancelscope.benchmarks.stops;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.group.TaskGroup;

import org.springframework.context.ApplicationContext;

/**
 * The starter, with callers' deadlines believed and no other setting.
 */
final class Scopes implements Rival {

	private CancelScopes scopes;

	private ExecutorService threads;

	@Override
	public Map<String, Object> properties() {
		return Map.of("cancel-scope.web.trust-headers", "always");
	}

	@Override
	public void start(ApplicationContext application, ExecutorService threads) {
		this.scopes = application.getBean(CancelScopes.class);
		this.threads = threads;
	}

	@Override
	public <T> T within(String name, Duration budget, Callable<T> work) throws Exception {
		return this.scopes.call(ScopeOptions.named(name).withTimeout(budget), (scope) -> work.call());
	}

	@Override
	public <T> T interrupting(String name, Duration budget, Callable<T> work) throws Exception {
		return this.scopes.call(ScopeOptions.named(name).withTimeout(budget).interrupt(), (scope) -> work.call());
	}

	@Override
	public boolean canLeave() {
		return true;
	}

	@Override
	public <T> T leaving(String name, Duration budget, Callable<T> work) throws Exception {
		return this.scopes.call(ScopeOptions.named(name).withTimeout(budget),
				(scope) -> scope.abandonable((same) -> work.call(), (late) -> {
				}));
	}

	@Override
	public void check() {
		CancelScope.current().check();
	}

	@Override
	public void await(Future<?> future) throws Exception {
		this.scopes.await(future);
	}

	@Override
	public void all(String name, Duration budget, List<Callable<Void>> tasks) throws Exception {
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.named(name).withTimeout(budget),
				this.threads)) {
			tasks.forEach(group::fork);
			group.join();
		}
	}

	@Override
	public boolean readsDeadlines() {
		return true;
	}

}
