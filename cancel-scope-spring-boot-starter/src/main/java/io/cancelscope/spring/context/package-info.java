/**
 * Carries scopes wherever Micrometer's context-propagation library carries thread-locals:
 * context snapshots, {@code ContextExecutorService}, Reactor's automatic mode. Found by
 * the {@link java.util.ServiceLoader} where that library is there; needs nothing of
 * Spring.
 */
@NullMarked
package io.cancelscope.spring.context;

import org.jspecify.annotations.NullMarked;
