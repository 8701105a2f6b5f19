package io.cancelscope.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;

import org.springframework.aot.hint.annotation.Reflective;
import org.springframework.core.annotation.AliasFor;

/**
 * Runs a method of a Spring bean in a new cancel scope, which gives everything that the
 * method calls one time budget and one cancellation signal.
 *
 * <pre>{@code
 * &#64;CancelScoped("800ms")
 * List<Quote> best(Trip trip) {
 *     return search(trip); // CancelScope.current().check() throws after 800 ms
 * }
 * }</pre>
 *
 * <p>
 * <strong>Targets.</strong> The annotation applies to a method, or to all public methods
 * of a class or an interface. It is inherited, and can be used as a meta-annotation (with
 * {@link AliasFor}). If multiple annotations apply, they are merged attribute by
 * attribute, in this order: method, class, method of the interface, interface. The first
 * value that differs from the default applies.
 * <p>
 * The annotation on a class or an interface does not apply to methods that a framework
 * calls to set up beans and requests or to handle exceptions, such as those with
 * {@code @Bean} or {@code @ExceptionHandler}.
 * <p>
 * <strong>Calls.</strong> Calls from outside the bean open a scope. Calls within the bean
 * do not, and neither do calls of private, static and final methods, which a warning at
 * start-up names. For these, and for blocks of code, use {@link CancelScopes}. A bean
 * whose class cannot be extended, such as a record or a lambda, is woven through the
 * methods of its interfaces.
 * <p>
 * With {@code cancel-scope.weaving=aspect}, an AspectJ aspect opens the scope. It
 * supports the annotation on methods and classes, also if the class inherits it. It does
 * not support the annotation on interfaces or as a meta-annotation, which a warning at
 * start-up names. If AspectJ's load-time weaver applies that aspect to the classes, calls
 * within the bean, private, static and final methods, and objects that are not beans are
 * woven as well.
 * <p>
 * <strong>Order.</strong> The scope is outside {@code @Retryable},
 * {@code @ConcurrencyLimit}, security, caching and {@code @Transactional}. One budget
 * therefore covers all attempts, the waits between them and the transaction. The aspect
 * is inside {@code @Retryable} and {@code @ConcurrencyLimit}: each attempt then has a
 * separate budget.
 * <p>
 * <strong>Asynchronous methods.</strong> The scope of an {@code @Async} method opens when
 * the method is called, so the time in the executor's queue is part of the budget. The
 * caller's future ends at the deadline, whatever the body does. Cancelling that future
 * cancels the scope. If the scope is over before a thread starts the body, the body does
 * not run. In code that the load-time weaver has advised, the scope opens on the worker
 * thread.
 * <p>
 * <strong>Futures.</strong> If the method returns a {@code CompletableFuture} or
 * {@code CompletionStage}, the scope stays open until the future completes. The calling
 * thread leaves the scope when the method returns. A deadline or a cancellation fails the
 * caller's future with the scope's exception, after everything in the scope was stopped.
 * Cancelling the caller's future cancels the scope. A future that fails counts as an
 * exception that leaves the scope. A late result is passed to the
 * {@link LateResultHandler} beans.
 * <p>
 * The scope does not complete the future that the method returned, so the actions of its
 * stages run: {@code whenComplete((value, error) -> permits.release())} releases the
 * permit in all cases. The scope cancels that future only if its class stops the work by
 * its own {@code cancel} method, such as the futures of the JDK's HTTP client, and no
 * action is skipped as a result. To cancel another future, register
 * {@code CancelScope.current().onCancel(() -> future.cancel(true))}.
 * <p>
 * The caller gets a different future than the method returned. If the method declares a
 * type that only the method can create, such as a subclass of {@code CompletableFuture},
 * the caller gets the same object, and a cancelled scope fails or cancels it.
 * <p>
 * A {@code Future} that is not a {@code CompletionStage} has no completion callback. If
 * the method declares {@code Future}, the following applies:
 * <ul>
 * <li>The scope ends when a caller first observes the completed result. A value that was
 * available at the deadline is returned.
 * <li>If no caller observes it, the scope ends at its deadline, which then counts as
 * exceeded.
 * <li>If the caller's future is garbage collected, the scope ends when the work is done,
 * or at once if there is no deadline.
 * <li>The scope cancels the method's future only with {@link #interrupt()}.
 * <li>If the method declares another type of this kind, such as {@code FutureTask}, the
 * scope ends when the method returns.
 * </ul>
 * <p>
 * <strong>Reactive types.</strong> If the method returns a {@code Mono}, a {@code Flux}
 * or a type that Spring can convert to one, the method itself runs without a scope. Each
 * subscription opens a scope, and its time starts there. The budget covers the whole
 * stream, not each item. Operators find the scope in the Reactor Context
 * ({@code ScopeInContext}), not on their thread. The parent is the subscriber's scope in
 * that context, or otherwise the scope of the thread that called the method. A deadline
 * or a cancellation ends the stream with the scope's exception and cancels the upstream.
 * A subscriber that cancels its subscription cancels the scope. {@link #interrupt()} and
 * {@link #checkOnExit()} have no effect.
 * <p>
 * Kotlin's {@code suspend} functions are rejected at start-up.
 * <p>
 * <strong>Values.</strong> Durations have the format of Spring Boot: {@code "800ms"},
 * {@code "2s"}, {@code "PT2S"}. A plain number is in milliseconds. All strings can
 * contain <code>${…}</code> placeholders and <code>#{…}</code> expressions. Attributes
 * are resolved and validated once, at start-up. An invalid attribute fails the start-up.
 *
 * @see ScopeOptions
 */
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Reflective
public @interface CancelScoped {

	/**
	 * Whether to open a scope. {@code false} on a method excludes it, although its class
	 * or an interface has the annotation. If multiple annotations apply to a method, the
	 * most specific one decides, and its other attributes are then ignored.
	 */
	boolean enabled() default true;

	/**
	 * Alias for {@link #timeout()}.
	 */
	@AliasFor("timeout")
	String value() default "";

	/**
	 * The time budget of the method, such as {@code "800ms"},
	 * <code>"${quotes.budget:800ms}"</code> or <code>"#&#123;@limits.quotes}"</code>. A
	 * scope around it can leave less time. With zero the budget is exhausted from the
	 * start: the method runs, and its first check throws. A negative value is an error.
	 * <p>
	 * The property {@code cancel-scope.timeouts.<name of the scope>} takes precedence. If
	 * neither is given, {@code cancel-scope.default-timeout} applies.
	 */
	@AliasFor("value")
	String timeout() default "";

	/**
	 * Whether to keep out cancellations and deadlines of the scopes around this scope.
	 * Meant for clean-up and for records that must be written in any case. Set a timeout
	 * as well.
	 */
	boolean shield() default false;

	/**
	 * Whether a cancellation of any scope below bubbles up to this scope and cancels it,
	 * with everything below it: all or nothing.
	 */
	boolean bubble() default false;

	/**
	 * Whether to interrupt the thread that runs the method when the scope is cancelled.
	 * @see ScopeOptions#interrupt()
	 */
	boolean interrupt() default false;

	/**
	 * The name of the scope in exceptions, logs, metrics and properties. Default: simple
	 * name of the bean's class and name of the method, such as {@code QuoteService.best}.
	 */
	String name() default "";

	/**
	 * The key of the scope, by which it can be found and cancelled, also on other nodes:
	 * an expression of Spring's expression language over the arguments of the method,
	 * such as {@code "'order-' + #order.id"}. It is evaluated for each call, on the
	 * calling thread, before the scope opens. If the value is {@code null}, the scope has
	 * no key. A key is not blank and has at most 200 characters.
	 * <p>
	 * Arguments have their names if the class was compiled with {@code -parameters}, and
	 * the names {@code #p0}, {@code #p1} in any case. {@code #root.args} and
	 * {@code #root.methodName} are available as well. The expression can read properties
	 * of arguments and call their methods. It cannot name types or beans.
	 * <p>
	 * Syntax and names are checked at start-up. If the expression fails in a call, or its
	 * value is not a valid key, the call fails with {@link IllegalStateException} and the
	 * method does not run.
	 * @see ScopeOptions#withKey(String)
	 */
	String key() default "";

	/**
	 * The lowest remaining budget with which the method starts, such as {@code "300ms"}.
	 * If less remains, the scope is cancelled with a message that says so, and the method
	 * does not run. A {@link #fallback()} does run. Without a deadline the method always
	 * starts.
	 * <p>
	 * {@code "auto"} stands for the time that the calls usually take: the median of those
	 * that ended lately. It is learnt from the calls of this scope's name, and every call
	 * starts until enough of them are known. The time begins with the method and not with
	 * a wait for a thread or a connection around it, so annotate the method behind the
	 * wait. {@code "off"} stands for none.
	 * <p>
	 * The property {@code cancel-scope.requires.<name of the scope>} takes precedence.
	 */
	String requires() default "";

	/**
	 * The name of a method of the same bean that returns a fallback if this scope stopped
	 * the method: the scope's budget was exhausted or it was cancelled, and no scope
	 * around it is cancelled. Otherwise the exception is thrown unchanged, as is any
	 * other failure of the method.
	 * <p>
	 * The fallback method must accept the arguments of the method, optionally followed by
	 * a {@link CancelReason}, and its result must be assignable to that of the method.
	 * The fallback method may be private. It runs after the scope has closed, in the
	 * scope around it.
	 * <p>
	 * A fallback method with its own annotations is called through the bean's proxy, so
	 * these and the annotations of its class apply. A fallback in the annotation of a
	 * class or an interface is used for the methods that it fits, and must fit at least
	 * one.
	 */
	String fallback() default "";

	/**
	 * The type of the exception that a check throws in this scope, and in scopes below
	 * that declare none. The type needs a constructor {@code (String, Throwable)},
	 * {@code (String)} or {@code ()}; the first available one is used. By default, a
	 * check throws {@link ScopeCancelledException}, and {@link DeadlineExceededException}
	 * after a deadline. {@link ScopeCancelledException#findIn(Throwable)} recognises a
	 * custom exception as a cancellation.
	 */
	Class<? extends RuntimeException> exception() default ScopeCancelledException.class;

	/**
	 * Whether to check the scope before the method starts. If the scope would be
	 * cancelled from the start, the method does not run.
	 */
	boolean checkOnEnter() default false;

	/**
	 * Whether to check the scope after the method returns, and to throw its exception if
	 * it was cancelled. By default, a late result is returned to the caller.
	 */
	boolean checkOnExit() default false;

	/**
	 * Whether an exception that leaves the method cancels the scope, so that work that is
	 * still running below it stops.
	 */
	boolean cancelOnException() default true;

	/**
	 * The types of exceptions, including their subclasses, that do not cancel the scope
	 * although {@link #cancelOnException()} is on.
	 */
	Class<? extends Throwable>[] noCancelFor() default {};

}
