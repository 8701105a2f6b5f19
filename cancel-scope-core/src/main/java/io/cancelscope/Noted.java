package io.cancelscope;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * What is noted down of a scope that a listener watches, for {@link ScopeDetails}. Where
 * it hears of cancellations alone, not before there may be one to tell.
 */
final class Noted {

	/** When it was opened, or {@link Deadline#NONE} where that is not known any more. */
	final long openedAt;

	/** Where it was opened, or where it is at work; forgotten when it closes. */
	volatile @Nullable Thread thread;

	volatile boolean failed;

	/** How far the listener has been told. */
	private final AtomicReference<News> news = new AtomicReference<>(News.OPENING);

	Noted(long openedAt, @Nullable Thread thread) {
		this.openedAt = openedAt;
		this.thread = thread;
	}

	/**
	 * Whether the scope was found cancelled meanwhile, and the caller is to tell that.
	 */
	boolean endOpened() {
		return this.news.getAndSet(News.OPENED) == News.CANCELLED_MEANWHILE;
	}

	/**
	 * Whether the caller is to tell that the scope was cancelled; nobody else will. Not
	 * while a thread tells that it was opened: that one then goes on.
	 */
	boolean beginCancelled() {
		return !this.news.compareAndSet(News.OPENING, News.CANCELLED_MEANWHILE)
				&& this.news.compareAndSet(News.OPENED, News.TELLING);
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

		OPENING, CANCELLED_MEANWHILE, OPENED, TELLING, TOLD, CLOSED_MEANWHILE

	}

}
