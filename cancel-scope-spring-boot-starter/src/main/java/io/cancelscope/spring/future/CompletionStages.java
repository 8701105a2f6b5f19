package io.cancelscope.spring.future;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;

import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;

/**
 * What is the same for all stages.
 * <p>
 * {@link CompletableFuture#cancel} stops nothing: it completes the future, and if that is
 * a stage with an action, such as {@code whenComplete(…)}, the action is skipped. So only
 * futures whose class has a {@code cancel} of its own are stopped by it, such as those of
 * the JDK's HTTP client. If such a class also makes its dependent stages, the future may
 * itself be one with an action. Then a stage is derived from it, and that one is
 * cancelled: it belongs to nobody, and a class whose derived stages can stop the work, as
 * those of the HTTP client can, stops it.
 */
final class CompletionStages {

	private static final ClassValue<Way> WAYS = new ClassValue<>() {

		@Override
		protected Way computeValue(Class<?> type) {
			return Way.of(type);
		}

	};

	private CompletionStages() {
	}

	/** What the stage failed with, out of what its dependents wrap it in. */
	static Throwable unwrap(Throwable error) {
		boolean wrapped = error instanceof CompletionException || error instanceof ExecutionException;
		Throwable cause = error.getCause();
		return (wrapped && cause != null) ? cause : error;
	}

	/**
	 * Returns what stops the work behind a stage, and skips no action of the stage's.
	 * @return the stop, {@code null} if nothing here would stop it
	 */
	static CancelScope.@Nullable Stop stopOf(CompletionStage<?> stage) {
		return switch (WAYS.get(stage.getClass())) {
			case NONE -> null;
			case ITSELF -> () -> cancel(stage);
			case DERIVED -> () -> cancel(stage.thenApply(Function.identity()));
		};
	}

	/** Whether cancelling this very stage stops the work behind it. */
	static boolean isStoppedByItself(CompletionStage<?> stage) {
		return WAYS.get(stage.getClass()) == Way.ITSELF;
	}

	/** Cancels a future that may refuse it, as those of minimal stages do. */
	static void cancel(CompletionStage<?> stage) {
		if (stage instanceof Future<?> future) {
			try {
				future.cancel(true);
			}
			catch (UnsupportedOperationException ex) {
				// Ignored: it can't be cancelled.
			}
		}
	}

	/** How the work behind stages of a class can be stopped. */
	private enum Way {

		NONE, ITSELF, DERIVED;

		static Way of(Class<?> type) {
			if (!Future.class.isAssignableFrom(type) || isOurs(type)) {
				return NONE;
			}
			if (!CompletableFuture.class.isAssignableFrom(type)) {
				return DERIVED;
			}
			if (!overrides(type, "cancel", boolean.class)) {
				return NONE;
			}
			return overrides(type, "newIncompleteFuture") ? DERIVED : ITSELF;
		}

		/** The scopes of these are in the tree, which reaches them unless shielded. */
		private static boolean isOurs(Class<?> type) {
			return type == ScopedFuture.Result.class || type.getPackage() == CancelScope.class.getPackage();
		}

		private static boolean overrides(Class<?> type, String method, Class<?>... parameters) {
			try {
				return type.getMethod(method, parameters).getDeclaringClass() != CompletableFuture.class;
			}
			catch (NoSuchMethodException ex) {
				return false;
			}
		}

	}

}
