package io.cancelscope.demo.chain;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * The client of the first service. Over HTTP/2 it leaves by resetting its stream, and
 * keeps the connection.
 */
final class Client {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final Duration LATEST = Duration.ofMillis(50);

	private static final int GATEWAY_TIMEOUT = 504;

	private final URI trips;

	private final boolean withScopes;

	private final Services services;

	private final Ledger ledger;

	Client(Services services, boolean withScopes, Ledger ledger) {
		this.trips = URI.create("http://127.0.0.1:" + services.port() + "/trips?to=LIS");
		this.withScopes = withScopes;
		this.services = services;
		this.ledger = ledger;
	}

	/**
	 * Makes one request and leaves it, or waits for the end of its budget.
	 * @return what happened, or {@code null} if not every place was at work in time, as
	 * on a machine that is busy with other things
	 */
	@Nullable Run run(Cause cause) throws InterruptedException {
		HttpClient http = connected();
		awaitIdle("the run before");
		this.services.confirmIdle();
		this.ledger.startAfresh();
		long sent = System.nanoTime();
		CompletableFuture<HttpResponse<String>> answer = http.sendAsync(HttpRequest.newBuilder(this.trips).build(),
				BodyHandlers.ofString());
		long over = sent + cause.after().toNanos();
		boolean atWork = this.ledger.awaitAtWork(over);
		// Otherwise a request that comes late would be taken for idleness.
		this.ledger.awaitBegun(Place.TRIPS, sent + PATIENCE.toNanos());
		if (cause == Cause.LEAVES || !this.withScopes) {
			for (long left = over - System.nanoTime(); left > 0; left = over - System.nanoTime()) {
				LockSupport.parkNanos(left);
			}
			long left = System.nanoTime();
			// So late that the budget may end it first.
			atWork &= left - over < LATEST.toNanos();
			over = left;
			leave(answer);
		}
		else {
			awaitTimeout(answer);
		}
		awaitIdle("'" + cause.label() + "'");
		this.services.confirmIdle();
		return atWork ? new Run(sent, over, this.ledger.stays()) : null;
	}

	/**
	 * A connection of its own for each run: Tomcat closes one whose streams are reset
	 * often. Its first request asks for HTTP/2, and nothing else.
	 */
	private HttpClient connected() throws InterruptedException {
		HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
		status(http.sendAsync(HttpRequest.newBuilder(this.trips.resolve("/nothing")).build(), BodyHandlers.ofString()));
		return http;
	}

	private void awaitIdle(String what) throws InterruptedException {
		if (!this.ledger.awaitIdle(System.nanoTime() + PATIENCE.toNanos())) {
			throw new ChainException(
					PATIENCE.toSeconds() + " s after " + what + ", still at work: " + this.ledger.atWork() + ".");
		}
	}

	private static void leave(CompletableFuture<HttpResponse<String>> answer) throws InterruptedException {
		if (!answer.cancel(true)) {
			// The budget may have been faster where this process was late, nothing else.
			awaitTimeout(answer);
		}
	}

	private static void awaitTimeout(CompletableFuture<HttpResponse<String>> answer) throws InterruptedException {
		int status = status(answer);
		if (status != GATEWAY_TIMEOUT) {
			throw new ChainException("GET /trips answered " + status + " instead of waiting or 504.");
		}
	}

	private static int status(CompletableFuture<HttpResponse<String>> answer) throws InterruptedException {
		try {
			return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).statusCode();
		}
		catch (ExecutionException ex) {
			throw new ChainException("GET /trips got no answer: " + ex.getCause() + ".", ex);
		}
		catch (TimeoutException ex) {
			throw new ChainException("GET /trips got no answer within " + PATIENCE.toSeconds() + " s.", ex);
		}
	}

}
