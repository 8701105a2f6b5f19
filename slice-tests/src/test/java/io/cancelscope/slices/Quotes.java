package io.cancelscope.slices;

import io.cancelscope.CancelScopes;
import io.cancelscope.spring.CancelScoped;

import org.springframework.stereotype.Service;

/**
 * A bean of the application that needs the starter, in two ways.
 */
@Service
class Quotes {

	private final CancelScopes scopes;

	Quotes(CancelScopes scopes) {
		this.scopes = scopes;
	}

	@CancelScoped("2s")
	String best() {
		return this.scopes.current().name();
	}

}
