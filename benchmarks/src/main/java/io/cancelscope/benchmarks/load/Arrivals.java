package io.cancelscope.benchmarks.load;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that come whether or not those before have their answer, and leave when they
 * have none in time, closing the connection.
 */
final class Arrivals {

	/** How long a client waits. */
	static final Duration PATIENCE = Duration.ofMillis(500);

	private final HttpClient http = HttpClient.newHttpClient();

	private final AtomicInteger next = new AtomicInteger();

	private final AtomicInteger waiting = new AtomicInteger();

	private final String address;

	private final Costs costs;

	private final AtomicIntegerArray answered;

	Arrivals(String address, Costs costs, int requests) {
		this.address = address;
		this.costs = costs;
		this.answered = new AtomicIntegerArray(requests);
	}

	/**
	 * Lets clients come at random, always the same.
	 * @param perSecond how many a second, on average
	 * @param duration for how long
	 * @return the number of the first one
	 */
	int come(double perSecond, Duration duration) {
		Random random = new Random(7);
		int first = this.next.get();
		long start = System.nanoTime();
		double at = 0;
		while (at < duration.toNanos()) {
			long due = start + (long) at;
			LockSupport.parkNanos(due - System.nanoTime());
			send(due);
			at -= Math.log(1 - random.nextDouble()) / perSecond * 1e9;
		}
		return first;
	}

	/** Lets so many clients come again whenever they have an answer. */
	int stay(int clients, Duration duration) {
		int first = this.next.get();
		long end = System.nanoTime() + duration.toNanos();
		for (int i = 0; i < clients; i++) {
			again(end);
		}
		return first;
	}

	private void again(long end) {
		long now = System.nanoTime();
		if (end - now > 0) {
			send(now).whenComplete((answer, failure) -> again(end));
		}
	}

	private CompletableFuture<?> send(long due) {
		int id = this.next.getAndIncrement();
		this.waiting.incrementAndGet();
		this.costs.expect(id, due + PATIENCE.toNanos());
		HttpRequest request = HttpRequest.newBuilder(URI.create(this.address + "/trips/" + id))
			.timeout(PATIENCE)
			.build();
		return this.http.sendAsync(request, HttpResponse.BodyHandlers.discarding()).handle((answer, failure) -> {
			if (failure == null && answer.statusCode() == 200 && System.nanoTime() - due <= PATIENCE.toNanos()) {
				this.answered.set(id, 1);
			}
			this.waiting.decrementAndGet();
			return null;
		});
	}

	boolean isAnswered(int id) {
		return this.answered.get(id) == 1;
	}

	int count() {
		return this.next.get();
	}

	void awaitEnd() {
		while (this.waiting.get() > 0 || !this.costs.isIdle()) {
			LockSupport.parkNanos(5_000_000);
		}
	}

}
