package io.cancelscope.spring.budget;

import org.springframework.boot.actuate.endpoint.ApiVersion;
import org.springframework.boot.actuate.endpoint.Producible;
import org.springframework.util.MimeType;

/**
 * Contents of a response with budgets. The first is for callers that accept anything.
 */
public enum BudgetsContent implements Producible<BudgetsContent> {

	/** JSON as other endpoints of the actuator return it. */
	ACTUATOR(ApiVersion.V3.getProducedMimeType()),

	/** JSON. */
	JSON(MimeType.valueOf("application/json")),

	/** A table for people. */
	TABLE(MimeType.valueOf("text/plain"));

	private final MimeType type;

	BudgetsContent(MimeType type) {
		this.type = type;
	}

	@Override
	public MimeType getProducedMimeType() {
		return this.type;
	}

	@Override
	public boolean isDefault() {
		return this == ACTUATOR;
	}

}
