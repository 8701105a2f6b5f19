package io.cancelscope.benchmarks.comingfrom;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Something slow that is asked: it answers when the test says so. Tells whether the
 * thread that asked is still held.
 */
final class Warehouse {

	private final BlockingQueue<Integer> answers = new LinkedBlockingQueue<>();

	private final CountDownLatch left = new CountDownLatch(1);

	int stock(String article) throws InterruptedException {
		try {
			return article.isEmpty() ? 0 : this.answers.take();
		}
		finally {
			this.left.countDown();
		}
	}

	void answer(int stock) {
		this.answers.add(stock);
	}

	/** Whether the thread that asked is still there. */
	boolean isBusy() {
		return this.left.getCount() > 0;
	}

	boolean isLeft() throws InterruptedException {
		return this.left.await(10, TimeUnit.SECONDS);
	}

}
