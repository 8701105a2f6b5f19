/**
 * Stops HTTP calls when their scope is cancelled.
 * <p>
 * Where to start reading: {@code ScopedClients} gives Spring's blocking clients a
 * {@code ScopedRequestFactory}. Its requests run in an {@code Exchange}, which holds what
 * stops them. Each library hands that over on its own way: {@code StoppableJdkClient} and
 * {@code JdkCall}, {@code StoppableHttpClient} and {@code StoppableRequest},
 * {@code JettyStops}, {@code ReactorStops} and {@code EventLoopCancel}. {@code WebClient}
 * has {@code ScopedExchangeFilter}, OkHttp {@code ScopedOkHttpInterceptor}, Feign
 * {@code ScopedFeignCapability}. A stop handle is only used while the connection is the
 * call's.
 */
@NullMarked
package io.cancelscope.spring.httpclient;

import org.jspecify.annotations.NullMarked;
