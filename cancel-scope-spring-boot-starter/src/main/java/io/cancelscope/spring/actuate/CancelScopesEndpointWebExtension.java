package io.cancelscope.spring.actuate;

import java.security.Principal;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
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

	private final CancelScopeActuateProperties properties;

	CancelScopesEndpointWebExtension(CancelScopesEndpoint endpoint, CancelScopeActuateProperties properties) {
		this.endpoint = endpoint;
		this.properties = properties;
	}

	/**
	 * Returns the open scopes.
	 * @param security the security context of the caller
	 * @param limit the highest number of scopes
	 * @param tree whether scopes are shown below their parents
	 * @param cluster whether to return the scopes of all nodes
	 * @param wait how long to wait for other nodes
	 * @return the scopes
	 */
	@ReadOperation
	public OperationResponseBody scopes(SecurityContext security, @Nullable Integer limit, @Nullable Boolean tree,
			@Nullable Boolean cluster, @Nullable Duration wait) {
		if (Boolean.TRUE.equals(cluster)) {
			return this.endpoint.scopesOfCluster(limit, wait);
		}
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
		CancelDescriptor done = this.endpoint.cancel(id, reason, who(security));
		if (done == null) {
			return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
		}
		return new WebEndpointResponse<>(done, done.cancelled() ? WebEndpointResponse.STATUS_OK : 409);
	}

	/**
	 * Cancels open scopes on all nodes, or on this one if requests are not sent to
	 * others.
	 * @param security the security context of the caller
	 * @param key the key of the scopes
	 * @param name the name of the scopes
	 * @param trace the trace id of the scopes
	 * @param id the id of a scope
	 * @param reason the human-readable reason
	 * @param wait how long to wait for other nodes
	 * @return status 200 with the result, also if there are no such scopes; 429 if there
	 * are too many requests
	 */
	@DeleteOperation
	public WebEndpointResponse<OperationResponseBody> cancelSelected(SecurityContext security, @Nullable String key,
			@Nullable String name, @Nullable String trace, @Nullable String id, @Nullable String reason,
			@Nullable Duration wait) {
		CancelScopesEndpoint.Selection selection = CancelScopesEndpoint.Selection.of(key, name, trace, id);
		try {
			return new WebEndpointResponse<>(this.endpoint.cancel(selection, reason, who(security), wait));
		}
		catch (IllegalStateException ex) {
			return new WebEndpointResponse<>(new CancelDescriptor(false, String.valueOf(ex.getMessage())),
					WebEndpointResponse.STATUS_TOO_MANY_REQUESTS);
		}
	}

	private static @Nullable String who(SecurityContext security) {
		Principal principal = security.getPrincipal();
		return (principal != null) ? principal.getName() : null;
	}

	private boolean maySeeMessages(SecurityContext security) {
		return this.properties.showMessages().isShown(security, this.properties.roles());
	}

}
