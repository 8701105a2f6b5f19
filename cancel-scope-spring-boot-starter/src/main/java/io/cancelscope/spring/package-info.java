/**
 * Spring Boot starter for cancel scopes: {@link io.cancelscope.spring.CancelScoped} on
 * the methods of beans, an injectable {@link io.cancelscope.CancelScopes}, and
 * propagation of scopes to other threads.
 *
 * <table>
 * <caption>Features and their conditions</caption>
 * <tr>
 * <th>feature</th>
 * <th>package</th>
 * <th>property</th>
 * <th>condition</th>
 * </tr>
 * <tr>
 * <td>the {@code CancelScopes} bean</td>
 * <td>this one</td>
 * <td>{@code cancel-scope.enabled}</td>
 * <td>always; a bean of the application takes precedence. If disabled, all other features
 * are disabled as well</td>
 * </tr>
 * <tr>
 * <td>{@code @CancelScoped} is woven into beans</td>
 * <td>{@code aop}</td>
 * <td>{@code cancel-scope.default-timeout}, {@code cancel-scope.timeouts.<name>},
 * {@code cancel-scope.requires.<name>}, {@code cancel-scope.fail-on-unweavable},
 * {@code cancel-scope.weaving}, {@code cancel-scope.aspect.order}</td>
 * <td>always; {@code weaving=aspect} needs {@code spring-boot-starter-aspectj}</td>
 * </tr>
 * <tr>
 * <td>scopes of methods that return futures stay open until these complete</td>
 * <td>{@code future}</td>
 * <td></td>
 * <td>always; beans of type {@code LateResultHandler} receive late results</td>
 * </tr>
 * <tr>
 * <td>scopes of methods that return {@code Mono}, {@code Flux} and convertible types last
 * from the subscription to the end</td>
 * <td>{@code reactor}</td>
 * <td></td>
 * <td>Reactor is on the class path</td>
 * </tr>
 * <tr>
 * <td>scopes are propagated to {@code @Async} methods and tasks of Spring's
 * executors</td>
 * <td>{@code task}</td>
 * <td>{@code cancel-scope.task.enabled}</td>
 * <td>always</td>
 * </tr>
 * <tr>
 * <td>Redis commands end with their scope</td>
 * <td>{@code redis}</td>
 * <td>{@code cancel-scope.redis.enabled}, {@code cancel-scope.redis.close-after},
 * {@code cancel-scope.redis.on-cancel}</td>
 * <td>Spring Data Redis is on the class path, with Lettuce or Jedis</td>
 * </tr>
 * <tr>
 * <td>the waits of {@code @ConcurrencyLimit} and {@code @Retryable} end with the current
 * scope</td>
 * <td>{@code resilience}</td>
 * <td>{@code cancel-scope.resilience.enabled}</td>
 * <td>always</td>
 * </tr>
 * <tr>
 * <td>observe mode: logs and counts what enforcement would have cancelled</td>
 * <td>{@code observemode}</td>
 * <td>{@code cancel-scope.mode}, {@code cancel-scope.modes.<name>}</td>
 * <td>one of the properties is {@code observe}</td>
 * </tr>
 * <tr>
 * <td>HTTP calls of Spring's clients end with their scope</td>
 * <td>{@code httpclient}</td>
 * <td>{@code cancel-scope.httpclient.enabled},
 * {@code cancel-scope.httpclient.deadline-header}</td>
 * <td>Spring Boot's {@code spring-boot-restclient} or {@code spring-boot-webclient} is on
 * the class path; clients that the application creates itself need
 * {@code ScopedRequestFactoryCustomizer} or {@code ScopedWebClientCustomizer}</td>
 * </tr>
 * <tr>
 * <td>each servlet request has a scope, and the response to a cancelled request is a
 * problem detail</td>
 * <td>{@code web}</td>
 * <td>{@code cancel-scope.web.*}</td>
 * <td>in servlet applications</td>
 * </tr>
 * <tr>
 * <td>each WebFlux request has a scope, which is cancelled if the client disconnects</td>
 * <td>{@code webflux}</td>
 * <td>{@code cancel-scope.web.*}</td>
 * <td>in reactive web applications</td>
 * </tr>
 * <tr>
 * <td>statements, and waits for a connection, stop when their scope is cancelled</td>
 * <td>{@code jdbc}</td>
 * <td>{@code cancel-scope.jdbc.enabled}, {@code cancel-scope.jdbc.exclude-beans},
 * {@code cancel-scope.jdbc.abort-after}, {@code cancel-scope.jdbc.interrupt-waiting}</td>
 * <td>{@code DataSource} beans exist</td>
 * </tr>
 * <tr>
 * <td>the transaction of a cancelled scope is rolled back instead of committed</td>
 * <td>{@code tx}</td>
 * <td>{@code cancel-scope.tx.enabled}, {@code cancel-scope.tx.check-before-commit}</td>
 * <td>Spring's transactions are on the class path</td>
 * </tr>
 * <tr>
 * <td>the endpoint {@code cancelscopes} returns and cancels open scopes</td>
 * <td>{@code actuate}</td>
 * <td>{@code cancel-scope.actuate.*},
 * {@code management.endpoint.cancelscopes.access}</td>
 * <td>the actuator is on the class path, and the endpoint is exposed</td>
 * </tr>
 * <tr>
 * <td>scopes are cancelled on any node of an application</td>
 * <td>{@code cluster}</td>
 * <td>{@code cancel-scope.cluster.*}</td>
 * <td>{@code cancel-scope.cluster.enabled} is {@code true}, and a {@code CancelTransport}
 * exists; otherwise, scopes of the same node only</td>
 * </tr>
 * <tr>
 * <td>metrics of scopes</td>
 * <td>{@code metrics}</td>
 * <td>{@code cancel-scope.metrics.*}</td>
 * <td>a {@code MeterRegistry} exists</td>
 * </tr>
 * <tr>
 * <td>observations of scopes, which tracing turns into spans</td>
 * <td>{@code observation}</td>
 * <td>{@code cancel-scope.observation.enabled}</td>
 * <td>the property is {@code true}, and an {@code ObservationRegistry} exists</td>
 * </tr>
 * <tr>
 * <td>a log line when a deadline has passed; the name of the scope in the MDC</td>
 * <td>{@code logging}</td>
 * <td>{@code cancel-scope.logging.*}</td>
 * <td>always; the MDC only if the property is {@code true}</td>
 * </tr>
 * </table>
 *
 * Each feature has a separate package and auto-configuration. A feature uses only the
 * core and this package, never another feature.
 */
@NullMarked
package io.cancelscope.spring;

import org.jspecify.annotations.NullMarked;
