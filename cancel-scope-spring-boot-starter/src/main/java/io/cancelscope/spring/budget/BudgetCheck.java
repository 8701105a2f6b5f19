package io.cancelscope.spring.budget;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;

import io.cancelscope.spring.OneLineLog;

/**
 * Logs what is odd about budgets, once per name and kind. Names are looked at when a new
 * part of their window begins, on a thread that has nothing else to do.
 */
final class BudgetCheck {

	/** So many lines of each kind. All of them are in the endpoint. */
	static final int MOST_LINES = 20;

	private static final OneLineLog logger = OneLineLog.of(BudgetCheck.class);

	private final Function<String, List<Hint>> hints;

	private final Executor threads;

	/** Names that have a line. Guarded by this. */
	private final Map<Hint.Kind, Set<String>> logged = new EnumMap<>(Hint.Kind.class);

	BudgetCheck(Function<String, List<Hint>> hints, Executor threads) {
		this.hints = hints;
		this.threads = threads;
	}

	/** On the thread of a call: asks for a look at a name. */
	void partBegins(String name) {
		this.threads.execute(() -> look(name));
	}

	private void look(String name) {
		for (Hint hint : this.hints.apply(name)) {
			if (isNew(name, hint.kind())) {
				write(name, hint);
			}
		}
	}

	private synchronized boolean isNew(String name, Hint.Kind kind) {
		Set<String> names = this.logged.computeIfAbsent(kind, (missing) -> new HashSet<>());
		return names.size() < MOST_LINES && names.add(name);
	}

	private static void write(String name, Hint hint) {
		String advice = ". See the endpoint 'cancelbudgets'. To log no such lines, set cancel-scope.budget.check to false";
		switch (hint.kind()) {
			case NO_BUDGET -> logger.info("Scope '" + name + "' has no budget: " + hint.text() + advice);
			case NEVER_COUNTS ->
				logger.warn("The budget of scope '" + name + "' has no effect: " + hint.text() + advice);
			case USED_UP -> logger.warn("The budget of scope '" + name + "' is used up: " + hint.text() + advice);
		}
	}

}
