/**
 * Cancel scopes in a Spring Boot application: {@link io.cancelscope.spring.CancelScoped}
 * on the methods of beans, an injectable {@link io.cancelscope.CancelScopes}, and scopes
 * that follow the work to other threads.
 *
 * <table>
 * <caption>What there is and what switches it on</caption>
 * <tr>
 * <th>feature</th>
 * <th>package</th>
 * <th>property</th>
 * <th>on when</th>
 * </tr>
 * <tr>
 * <td>the {@code CancelScopes} bean</td>
 * <td>this one</td>
 * <td>{@code cancel-scope.enabled}</td>
 * <td>always; a bean of yours wins. Off, all that follows is off, too</td>
 * </tr>
 * <tr>
 * <td>{@code @CancelScoped} is woven into beans</td>
 * <td>{@code aop}</td>
 * <td>{@code cancel-scope.default-timeout}, {@code cancel-scope.timeouts.<name>},
 * {@code cancel-scope.fail-on-unweavable}, {@code cancel-scope.weaving},
 * {@code cancel-scope.aspect.order}</td>
 * <td>always; {@code weaving=aspect} needs {@code spring-boot-starter-aspectj}</td>
 * </tr>
 * <tr>
 * <td>scopes last as long as the futures that {@code @CancelScoped} methods return</td>
 * <td>{@code future}</td>
 * <td></td>
 * <td>always; beans of type {@code LateResultHandler} get what comes too late</td>
 * </tr>
 * <tr>
 * <td>scopes last from subscription to the end of {@code Mono}, {@code Flux} and what
 * Spring can turn into them</td>
 * <td>{@code reactor}</td>
 * <td></td>
 * <td>Reactor is there</td>
 * </tr>
 * <tr>
 * <td>scopes follow {@code @Async} methods and tasks of Spring's executors</td>
 * <td>{@code task}</td>
 * <td>{@code cancel-scope.task.enabled}</td>
 * <td>always</td>
 * </tr>
 * <tr>
 * <td>the waits of {@code @ConcurrencyLimit} and {@code @Retryable} end with the current
 * scope</td>
 * <td>{@code resilience}</td>
 * <td>{@code cancel-scope.resilience.enabled}</td>
 * <td>always</td>
 * </tr>
 * <tr>
 * <td>scopes are only observed: what would have been cancelled is logged and counted</td>
 * <td>{@code observe}</td>
 * <td>{@code cancel-scope.mode}, {@code cancel-scope.modes.<name>}</td>
 * <td>one of them says {@code observe}</td>
 * </tr>
 * <tr>
 * <td>HTTP calls of Spring's clients end with their scope</td>
 * <td>{@code httpclient}</td>
 * <td>{@code cancel-scope.httpclient.enabled},
 * {@code cancel-scope.httpclient.deadline-header}</td>
 * <td>Spring Boot's {@code spring-boot-restclient} or {@code spring-boot-webclient} is
 * there; what is made by hand goes through {@code ScopedRequestFactoryCustomizer} or
 * {@code ScopedWebClientCustomizer}</td>
 * </tr>
 * <tr>
 * <td>each servlet request has a scope, and a cancelled one is answered with a problem
 * detail</td>
 * <td>{@code web}</td>
 * <td>{@code cancel-scope.web.*}</td>
 * <td>in servlet applications</td>
 * </tr>
 * <tr>
 * <td>each WebFlux request has a scope, which a client that goes away cancels</td>
 * <td>{@code webflux}</td>
 * <td>{@code cancel-scope.web.*}</td>
 * <td>in reactive web applications</td>
 * </tr>
 * <tr>
 * <td>statements stop when their scope is cancelled, and so does the wait for a
 * connection</td>
 * <td>{@code jdbc}</td>
 * <td>{@code cancel-scope.jdbc.enabled}, {@code cancel-scope.jdbc.exclude-beans},
 * {@code cancel-scope.jdbc.abort-after}, {@code cancel-scope.jdbc.interrupt-waiting}</td>
 * <td>there are {@code DataSource} beans</td>
 * </tr>
 * <tr>
 * <td>a cancelled scope's transaction is rolled back instead of committed late</td>
 * <td>{@code tx}</td>
 * <td>{@code cancel-scope.tx.enabled}, {@code cancel-scope.tx.check-before-commit}</td>
 * <td>Spring's transactions are there</td>
 * </tr>
 * <tr>
 * <td>the endpoint {@code cancelscopes} shows and cancels open scopes</td>
 * <td>{@code actuate}</td>
 * <td>{@code cancel-scope.actuate.*},
 * {@code management.endpoint.cancelscopes.access}</td>
 * <td>the actuator is there, and the endpoint is exposed</td>
 * </tr>
 * <tr>
 * <td>scopes are measured</td>
 * <td>{@code metrics}</td>
 * <td>{@code cancel-scope.metrics.*}</td>
 * <td>there is a {@code MeterRegistry}</td>
 * </tr>
 * <tr>
 * <td>scopes are observations, and spans</td>
 * <td>{@code observation}</td>
 * <td>{@code cancel-scope.observation.enabled}</td>
 * <td>the property says so, and there is an {@code ObservationRegistry}</td>
 * </tr>
 * <tr>
 * <td>a line in the log where a deadline passed; the scope's name in the MDC</td>
 * <td>{@code logging}</td>
 * <td>{@code cancel-scope.logging.*}</td>
 * <td>always; the MDC only if the property says so</td>
 * </tr>
 * </table>
 *
 * Each feature has a package and an auto-configuration of its own; it uses the core and
 * this package, never another feature.
 */
@NullMarked
package io.cancelscope.spring;

import org.jspecify.annotations.NullMarked;
