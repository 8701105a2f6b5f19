package io.cancelscope.spring.aop;

import io.cancelscope.ScopeOptions;

/**
 * What a woven method needs in each call, resolved and checked.
 *
 * @param options the scope to open
 */
record CancelScopedOperation(ScopeOptions options) {

}
