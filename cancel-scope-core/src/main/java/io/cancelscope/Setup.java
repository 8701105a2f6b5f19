package io.cancelscope;

import java.util.concurrent.Executor;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * What all scopes of one {@link CancelScopes} share: the builder's choices. Each scope
 * holds this, and not the one who opened it.
 */
final class Setup {

	final TimeSource timeSource;

	final Executor callbackExecutor;

	/** What the listener is told; null where there is none. */
	final @Nullable News news;

	/** The names of those that are only observed. */
	final @Nullable Predicate<? super String> observe;

	final @Nullable ForgottenScopes forgotten;

	/** The open scopes without a parent; null where nobody asked to remember them. */
	final @Nullable Roots roots;

	/** The open scopes with a key. */
	final Keys keys;

	/** Whether the listener wants to hear of each scope, cancelled or not. */
	final boolean noting;

	/** Whether somebody wants to know which scopes are opened. */
	final boolean watching;

	/** Whether nobody does, but of those without a parent. */
	final boolean plain;

	Setup(TimeSource timeSource, Executor callbackExecutor, @Nullable News news,
			@Nullable Predicate<? super String> observe, @Nullable ForgottenScopes forgotten, @Nullable Roots roots,
			Keys keys) {
		this.timeSource = timeSource;
		this.callbackExecutor = callbackExecutor;
		this.news = news;
		this.observe = observe;
		this.forgotten = forgotten;
		this.roots = roots;
		this.keys = keys;
		this.noting = news != null && news.ofEverything;
		this.watching = this.noting || forgotten != null;
		this.plain = forgotten == null && observe == null;
	}

	/** The same, on the time that a scope's parent lives on. */
	Setup onTimeOf(Setup parent) {
		return (this.timeSource == parent.timeSource) ? this : new Setup(parent.timeSource, this.callbackExecutor,
				this.news, this.observe, this.forgotten, this.roots, this.keys);
	}

}
