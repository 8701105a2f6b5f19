/**
 * Gives each gRPC call that a server handles a scope, and ends gRPC calls of a client
 * with their scope.
 * <p>
 * For contributors: {@code ScopedServerInterceptor} opens the scope of a call. A
 * {@code ServedCall} connects it with the call's {@code io.grpc.Context}, runs the
 * callbacks of the handler inside, and decides who closes the call.
 * {@code ScopedClientInterceptor} wraps each outgoing call of a scope in a
 * {@code ScopedClientCall}, whose {@code OutgoingContext} is what stops it.
 */
@NullMarked
package io.cancelscope.spring.grpc;

import org.jspecify.annotations.NullMarked;
