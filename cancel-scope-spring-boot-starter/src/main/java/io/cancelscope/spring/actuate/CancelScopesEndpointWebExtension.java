package io.cancelscope.spring.actuate;

import java.security.Principal;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * Web extension of the endpoint, which evaluates the caller's roles and returns a status.
 */
@EndpointWebExtension(endpoint = CancelScopesEndpoint.class)
public class CancelScopesEndpointWebExtension {

	private final CancelScopesEndpoint endpoint;

	private final ActuateProperties properties;

	CancelScopesEndpointWebExtension(CancelScopesEndpoint endpoint, ActuateProperties properties) {
		this.endpoint = endpoint;
		this.properties = properties;
	}

	/**
	 * Returns the open scopes.
	 * @param security the security context of the caller
	 * @param limit the highest number of scopes
	 * @param tree whether scopes are shown below their parents
	 * @return the scopes
	 */
	@ReadOperation
	public ScopesDescriptor scopes(SecurityContext security, @Nullable Integer limit, @Nullable Boolean tree) {
		return this.endpoint.scopes(limit, Boolean.TRUE.equals(tree), maySeeMessages(security));
	}

	/**
	 * Returns an open scope.
	 * @param security the security context of the caller
	 * @param id the id of the scope
	 * @return the scope, or status 404
	 */
	@ReadOperation
	public WebEndpointResponse<ScopeDescriptor> scope(SecurityContext security, @Selector String id) {
		ScopeDescriptor scope = this.endpoint.scope(id, maySeeMessages(security));
		return (scope != null) ? new WebEndpointResponse<>(scope)
				: new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
	}

	/**
	 * Cancels an open scope.
	 * @param security the security context of the caller
	 * @param id the id of the scope
	 * @param reason the human-readable reason
	 * @return status 200 if this request cancelled the scope, 409 if the scope could not
	 * be cancelled, and 404 if it does not exist
	 */
	@DeleteOperation
	public WebEndpointResponse<CancelDescriptor> cancel(SecurityContext security, @Selector String id,
			@Nullable String reason) {
		Principal principal = security.getPrincipal();
		CancelDescriptor done = this.endpoint.cancel(id, reason, (principal != null) ? principal.getName() : null);
		if (done == null) {
			return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
		}
		return new WebEndpointResponse<>(done, done.cancelled() ? WebEndpointResponse.STATUS_OK : 409);
	}

	private boolean maySeeMessages(SecurityContext security) {
		return this.properties.showMessages().isShown(security, this.properties.roles());
	}

}
