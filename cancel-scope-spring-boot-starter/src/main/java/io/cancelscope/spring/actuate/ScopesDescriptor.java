package io.cancelscope.spring.actuate;

import java.util.List;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Description of the open scopes in a response of the endpoint.
 *
 * @param total the number of open scopes
 * @param shown the number of scopes in this response
 * @param scopes the scopes, those without a parent first; in a tree only these, with the
 * other scopes below them
 */
public record ScopesDescriptor(int total, int shown, List<ScopeDescriptor> scopes) implements OperationResponseBody {

}
