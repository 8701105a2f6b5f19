package io.cancelscope.spring.actuate;

import java.util.List;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The open scopes, as the endpoint shows them.
 *
 * @param total how many are open
 * @param shown how many of them are in this answer
 * @param scopes the scopes, those without a parent first; of a tree only those, with the
 * others below them
 */
public record ScopesDescriptor(int total, int shown, List<ScopeDescriptor> scopes) implements OperationResponseBody {

}
