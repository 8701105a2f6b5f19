package io.cancelscope.demo.quote;

import java.io.Serial;

/**
 * Thrown when a supplier can't be asked, or answers that it can't.
 */
class SupplierFailedException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String supplier;

	private final String why;

	SupplierFailedException(String supplier, String why, Throwable cause) {
		super(supplier + " " + why, cause);
		this.supplier = supplier;
		this.why = why;
	}

	String supplier() {
		return this.supplier;
	}

	String why() {
		return this.why;
	}

}
