package io.cancelscope.spring.cluster;

/**
 * Why a node does nothing for a message.
 */
enum Refusal {

	TOO_LARGE("it is too large"),

	UNKNOWN("it is none of cancel-scope, or of another version"),

	WRONG_SIGNATURE("its signature is wrong, so cancel-scope.cluster.secret differs, or a stranger has sent it"),

	TOO_OLD("it is older than cancel-scope.cluster.window, or the clock of its node is slow"),

	FROM_THE_FUTURE(
			"it is from the future, so the clocks of the nodes differ by more than" + " cancel-scope.cluster.window"),

	MALFORMED("it is signed, but malformed"),

	TOO_MANY("it is one of more requests by name or by trace id than cancel-scope.cluster.broad-per-minute"),

	BUSY("too many requests are being executed"),

	NOT_CHANGEABLE("it changes budgets, which management.endpoint.cancelbudgets.access of this node does not allow"),

	CHANGE_NOT_ALLOWED(
			"it changes budgets, which cancel-scope.cluster.names or a CancelAuthorization of this node does not allow");

	private final String text;

	Refusal(String text) {
		this.text = text;
	}

	String text() {
		return this.text;
	}

}
