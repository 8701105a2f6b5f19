package io.cancelscope.spring.cluster;

import java.util.List;
import java.util.UUID;

import io.cancelscope.spring.BudgetCommand;
import io.cancelscope.spring.ScopeCommands;

/**
 * What nodes send to each other. {@link Messages} writes and reads it.
 */
sealed interface Message {

	Origin origin();

	/**
	 * Where a message is from.
	 *
	 * @param node the random number of the node
	 * @param name its name, for people
	 * @param command the number of the command: this one, or that which is answered
	 * @param time when it was sent, in milliseconds since 1970
	 */
	record Origin(long node, String name, UUID command, long time) {

	}

	/** Cancel scopes. */
	record Cancel(Origin origin, CancelRequest request) implements Message {

	}

	/** This is what I cancelled. */
	record Done(Origin origin, Counts counts) implements Message {

	}

	/** List open scopes. */
	record ListOpen(Origin origin, int limit) implements Message {

	}

	/** These are mine, or a part of them. */
	record Listed(Origin origin, int total, int part, int parts, List<ScopeCommands.Scope> scopes) implements Message {

	}

	/** Change budgets. */
	record Change(Origin origin, BudgetCommand budget) implements Message {

	}

}
