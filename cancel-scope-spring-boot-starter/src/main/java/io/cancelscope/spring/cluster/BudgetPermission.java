package io.cancelscope.spring.cluster;

import java.util.List;
import java.util.function.Supplier;

import io.cancelscope.spring.BudgetCommand;
import io.cancelscope.spring.NamePattern;
import io.cancelscope.spring.OneLineLog;

/**
 * Whether other nodes can change a budget on this one. The names that requests can cancel
 * count here, too: if there is such a list, a change of all names is on none.
 */
final class BudgetPermission {

	private static final OneLineLog logger = OneLineLog.of(BudgetPermission.class);

	private final List<NamePattern> names;

	private final Supplier<List<CancelAuthorization>> authorizations;

	BudgetPermission(List<NamePattern> names, Supplier<List<CancelAuthorization>> authorizations) {
		this.names = names;
		this.authorizations = authorizations;
	}

	boolean isAllowed(BudgetCommand command) {
		String name = command.name();
		if (!this.names.isEmpty()
				&& (name == null || this.names.stream().noneMatch((pattern) -> pattern.matches(name)))) {
			return false;
		}
		for (CancelAuthorization authorization : this.authorizations.get()) {
			try {
				if (!authorization.isChangeAllowed(name, command.who())) {
					return false;
				}
			}
			catch (RuntimeException ex) {
				logger.warn("A CancelAuthorization failed, so a change of budgets from another node is refused", ex);
				return false;
			}
		}
		return true;
	}

}
