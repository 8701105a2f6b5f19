package io.cancelscope;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * What is noted down of a scope that a listener watches, for {@link ScopeDetails}.
 */
final class Noted {

	final long openedAt;

	/** Where it was opened; forgotten when it closes. */
	volatile @Nullable Thread thread;

	volatile boolean failed;

	/** How far the listener has been told of the end. */
	private final AtomicReference<News> news = new AtomicReference<>(News.NONE);

	Noted(long openedAt, @Nullable Thread thread) {
		this.openedAt = openedAt;
		this.thread = thread;
	}

	/** Whether the caller is to tell that the scope was cancelled; nobody else will. */
	boolean beginCancelled() {
		return this.news.compareAndSet(News.NONE, News.TELLING);
	}

	/** Whether the scope was closed meanwhile, and the caller is to tell that, too. */
	boolean endCancelled() {
		return !this.news.compareAndSet(News.TELLING, News.TOLD);
	}

	/**
	 * Whether the caller is to tell that the scope was closed. Not while another thread
	 * tells that it was cancelled: that one then goes on.
	 */
	boolean beginClosed() {
		return this.news.getAndUpdate((now) -> (now == News.TELLING) ? News.CLOSED_MEANWHILE : now) != News.TELLING;
	}

	private enum News {

		NONE, TELLING, TOLD, CLOSED_MEANWHILE

	}

}
