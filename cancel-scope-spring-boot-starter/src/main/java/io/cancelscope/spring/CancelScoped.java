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
 * Runs a method of a Spring bean in a cancel scope of its own: one budget and one stop
 * signal for everything the method calls.
 *
 * <pre>{@code
 * &#64;CancelScoped("800ms")
 * List<Quote> best(Trip trip) {
 *     return search(trip); // CancelScope.current().check() throws when the time is up
 * }
 * }</pre>
 *
 * <p>
 * <strong>Where it stands.</strong> On a method, or on a class or an interface for all
 * their public methods; it may be inherited, or be part of an annotation of your own
 * ({@link AliasFor} works). Where several apply, they are merged attribute by attribute:
 * what the method says counts, and what it leaves at the default comes from the class,
 * then from the interface's method, then from the interface. Calls that reach the method
 * from outside the bean are woven; calls within the bean are not, and neither are
 * private, static and final methods, which are named in a warning at start-up. For those,
 * and for single blocks, use {@link CancelScopes}. A bean whose class cannot be extended,
 * such as a record or a lambda, is woven by the methods of its interfaces. With
 * {@code cancel-scope.weaving=aspect} an AspectJ aspect weaves instead: it sees the
 * annotation on methods and classes, also inherited by the class, but neither on
 * interfaces nor within other annotations; a warning at start-up names those, too. Where
 * AspectJ's load-time weaver puts that aspect into the classes, calls within the bean,
 * private, static and final methods and objects that are no beans are woven as well.
 * <p>
 * On a class or an interface, the annotation is not meant for methods that a framework
 * calls to set up beans and requests or to handle exceptions, such as those with
 * {@code @Bean} or {@code @ExceptionHandler}.
 * <p>
 * <strong>What is inside.</strong> The scope lies around {@code @Retryable},
 * {@code @ConcurrencyLimit}, security, caching and {@code @Transactional}: one budget
 * bounds all attempts, the waits between them and the transaction. The aspect lies inside
 * {@code @Retryable} and {@code @ConcurrencyLimit}: each attempt then has a budget of its
 * own.
 * <p>
 * It lies around {@code @Async}, too: the scope opens when the method is called, so the
 * wait in the executor's queue is part of the budget. The caller's future ends at the
 * deadline, whatever the body does, and cancelling that future cancels the scope. A body
 * whose scope is over by the time a thread is free does not start. In code that the
 * load-time weaver has advised, the scope opens on the worker.
 * <p>
 * <strong>Results that outlive the call.</strong> Where the method returns a
 * {@code CompletableFuture} or {@code CompletionStage}, the scope stays open until that
 * completes; the thread leaves it when the method returns. A deadline or a cancellation
 * fails the caller's future with the scope's exception, after everything in the scope was
 * stopped. Cancelling the caller's future cancels the scope. A future that fails is an
 * exception that leaves the scope. A value that comes later goes to the
 * {@link LateResultHandler} beans.
 * <p>
 * The method's own future is left alone, so the actions of its stages run:
 * {@code whenComplete((value, error) -> permits.release())} releases, whatever the scope
 * does. It is cancelled only if its class stops the work by a {@code cancel} method of
 * its own, such as the futures of the JDK's HTTP client, and no action is skipped by
 * that. To cancel another one, register
 * {@code CancelScope.current().onCancel(() -> future.cancel(true))}. Two limits:
 * <ul>
 * <li>The caller gets another future than the method returned, except where the method
 * declares a type that only it can make, such as a subclass of {@code CompletableFuture}:
 * then the caller gets that very object, which a cancelled scope fails or cancels.
 * <li>A {@code Future} that is no {@code CompletionStage} tells nobody when it is done.
 * Where the method declares {@code Future}, the scope ends when somebody asks the
 * caller's and the result is there, and a value is kept that was there at the deadline.
 * Where nobody asks, it ends at its deadline, which counts as exceeded; or, once the
 * future was garbage collected, when the work is done, and at once if there is no
 * deadline. The scope cancels the method's own with {@link #interrupt()} only. Where the
 * method declares another such type, say {@code FutureTask}, the scope ends when the
 * method returns.
 * </ul>
 * <p>
 * <strong>Reactive results.</strong> Where the method returns a {@code Mono}, a
 * {@code Flux} or what Spring can turn into one, the method itself runs without a scope:
 * each subscription opens one of its own, and its clock starts there. The budget covers
 * the whole stream, not each item. Operators find the scope in the Reactor Context
 * ({@code ScopeInContext}), not on their thread. Its parent is the subscriber's scope
 * from there, or else the scope of the thread that called the method. A deadline or a
 * cancellation ends the stream with the scope's exception and cancels what is upstream; a
 * subscriber that cancels cancels the scope. {@link #interrupt()} has no effect here, nor
 * has {@link #checkOnExit()}.
 * <p>
 * Kotlin's {@code suspend} functions are refused at start-up.
 * <p>
 * Durations are written as everywhere in Spring Boot: {@code "800ms"}, {@code "2s"},
 * {@code "PT2S"}, and a plain number counts milliseconds. Texts may hold
 * <code>${…}</code> placeholders and <code>#{…}</code> expressions. All of it is resolved
 * once, at start-up, and what is wrong stops the application there.
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
	 * Whether there is a scope. {@code false} on a method leaves it without one although
	 * its class, or an interface, has the annotation. Where several annotations apply to
	 * a method, the most specific one decides; its other attributes then do not count.
	 */
	boolean enabled() default true;

	/**
	 * The same as {@link #timeout()}.
	 */
	@AliasFor("timeout")
	String value() default "";

	/**
	 * The budget: how long the method may take, such as {@code "800ms"},
	 * <code>"${quotes.budget:800ms}"</code> or <code>"#&#123;@limits.quotes}"</code>. A
	 * scope around it may leave less. Zero means that the time is already up: the method
	 * starts, and its first check throws. Less than zero is an error.
	 * <p>
	 * The property {@code cancel-scope.timeouts.<name of the scope>} takes precedence;
	 * where neither is given, {@code cancel-scope.default-timeout} counts, if set.
	 */
	@AliasFor("value")
	String timeout() default "";

	/**
	 * Whether nothing from outside reaches in: neither a cancellation nor a deadline of
	 * the scopes around. For clean-up and records that must be written whatever happens;
	 * give it a timeout of its own.
	 */
	boolean shield() default false;

	/**
	 * Whether a cancellation anywhere below climbs up to this scope and cancels it with
	 * everything below it: all or nothing.
	 */
	boolean bubble() default false;

	/**
	 * Whether cancelling the scope interrupts the thread that runs the method.
	 * @see ScopeOptions#interrupt()
	 */
	boolean interrupt() default false;

	/**
	 * What exceptions, logs and metrics call the scope. The default is the simple name of
	 * the bean's class and the method: {@code QuoteService.best}.
	 */
	String name() default "";

	/**
	 * The least remaining budget that the method is worth starting with, such as
	 * {@code "300ms"}. Where less is left, the scope is cancelled with a message that
	 * says so, and the method does not run; a {@link #fallback()} does. Where there is no
	 * deadline, there is always enough.
	 */
	String requires() default "";

	/**
	 * The name of the method of the same bean that makes another result when this scope
	 * was what stopped the work: its time was up, or it was cancelled itself, and no
	 * scope around it was cancelled by then. Otherwise the exception passes. Java must be
	 * able to call it with the arguments of the method, optionally followed by the
	 * {@link CancelReason}, and to return its result from the method. The method may be
	 * private. It runs after the scope has closed, in the scope around it.
	 * <p>
	 * A fallback with annotations of its own is called through the bean's proxy, so they
	 * count, with those of its class. One that a class or an interface names is for those
	 * of its methods that it fits, and must fit at least one.
	 * <p>
	 * Other failures of the method don't lead here: they pass.
	 */
	String fallback() default "";

	/**
	 * What a check throws in this scope, and in those below that have no choice of their
	 * own. Needs a constructor {@code (String, Throwable)}, {@code (String)} or
	 * {@code ()}; the first of these is used. The default throws
	 * {@link ScopeCancelledException}, and {@link DeadlineExceededException} where the
	 * time is up. To recognise yours as a cancellation there is
	 * {@link ScopeCancelledException#findIn(Throwable)}.
	 */
	Class<? extends RuntimeException> exception() default ScopeCancelledException.class;

	/**
	 * Whether to check before the method starts: if the scope would be cancelled from the
	 * start, the method does not run.
	 */
	boolean checkOnEnter() default false;

	/**
	 * Whether to check after the method has returned: a result that comes too late is
	 * then thrown away for the scope's exception. Otherwise it is kept.
	 */
	boolean checkOnExit() default false;

	/**
	 * Whether an exception that leaves the method cancels the scope, so that what still
	 * runs below it stops.
	 */
	boolean cancelOnException() default true;

	/**
	 * Exceptions that leave the scope as it is, although {@link #cancelOnException()} is
	 * on; subclasses too.
	 */
	Class<? extends Throwable>[] noCancelFor() default {};

}
