/**
 * Stops HTTP calls when their scope is cancelled.
 * <p>
 * For contributors: {@code ScopedClients} gives Spring's blocking clients a
 * {@code ScopedRequestFactory}. Its requests run in an {@code Exchange}, which stores the
 * handle that stops them. The classes for the libraries are {@code StoppableJdkClient}
 * and {@code JdkCall}, {@code StoppableHttpClient} and {@code StoppableRequest},
 * {@code JettyRequests}, {@code ReactorConnections} and {@code EventLoopCancel}.
 * {@code WebClient} uses {@code ScopedExchangeFilter}, OkHttp
 * {@code ScopedOkHttpInterceptor}, Feign {@code ScopedFeignCapability}. A stop handle is
 * used only while the connection belongs to the call.
 */
@NullMarked
package io.cancelscope.spring.httpclient;

import org.jspecify.annotations.NullMarked;
