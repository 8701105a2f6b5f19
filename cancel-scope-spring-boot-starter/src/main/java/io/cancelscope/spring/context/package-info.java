/**
 * Propagates scopes with Micrometer's context-propagation library: context snapshots,
 * {@code ContextExecutorService}, Reactor's automatic mode. The
 * {@link java.util.ServiceLoader} finds it if that library is on the class path. It does
 * not depend on Spring.
 */
@NullMarked
package io.cancelscope.spring.context;

import org.jspecify.annotations.NullMarked;
