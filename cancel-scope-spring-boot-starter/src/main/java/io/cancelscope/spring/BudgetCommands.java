package io.cancelscope.spring;

/**
 * Sends changes of budgets to the other nodes of an application. For features that offer
 * this to people, such as the endpoint of the actuator.
 */
public interface BudgetCommands {

	/**
	 * Sends a command to all other nodes, and does not wait for them. This node executes
	 * it itself.
	 * @param command the command
	 * @return whether it was sent
	 */
	Sent send(BudgetCommand command);

	/**
	 * Whether a command was sent to other nodes.
	 */
	enum Sent {

		/** This node sends no commands. */
		OFF,

		/** The command was sent. Nodes that are not connected miss it. */
		SENT,

		/** The command could not be sent. */
		FAILED

	}

}
