package io.cancelscope.spring.future;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/**
 * What is the same for all stages.
 */
final class Stages {

	private Stages() {
	}

	/** What the stage failed with, out of what its dependents wrap it in. */
	static Throwable unwrap(Throwable error) {
		boolean wrapped = error instanceof CompletionException || error instanceof ExecutionException;
		Throwable cause = error.getCause();
		return (wrapped && cause != null) ? cause : error;
	}

	/** Tells who works for the stage that nobody waits for it any more. */
	static void cancel(CompletionStage<?> stage) {
		if (stage instanceof Future<?> future) {
			future.cancel(true);
		}
	}

}
