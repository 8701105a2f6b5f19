package io.cancelscope.spring.cluster;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * An engine whose library is on the class path.
 *
 * @param engine the engine
 * @param transport creates the transport, which connects later; null if the application
 * does not use the engine
 */
record TransportCandidate(CancelScopeClusterTransportProperties.Engine engine,
		Supplier<@Nullable CancelTransport> transport) {
}
