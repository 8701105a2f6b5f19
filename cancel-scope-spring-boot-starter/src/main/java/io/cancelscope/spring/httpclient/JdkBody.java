package io.cancelscope.spring.httpclient;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * The body of an answer of the JDK's client, on its way to who reads it.
 *
 * @param <T> what it becomes
 */
final class JdkBody<T> implements HttpResponse.BodySubscriber<T> {

	private final JdkCall<T> call;

	private final HttpResponse.BodySubscriber<T> reader;

	private final AtomicBoolean over = new AtomicBoolean();

	private volatile Flow.@Nullable Subscription subscription;

	/** Negative where the length is not known. */
	private long missing;

	JdkBody(JdkCall<T> call, HttpResponse.BodySubscriber<T> reader, long length) {
		this.call = call;
		this.reader = reader;
		this.missing = length;
	}

	@Override
	public CompletionStage<T> getBody() {
		return this.reader.getBody();
	}

	@Override
	public void onSubscribe(Flow.Subscription subscription) {
		this.subscription = subscription;
		this.reader.onSubscribe(new Reading(subscription));
		if (this.call.isStopped()) {
			stop();
		}
	}

	@Override
	public void onNext(List<ByteBuffer> bytes) {
		if (this.missing >= 0) {
			for (ByteBuffer some : bytes) {
				this.missing -= some.remaining();
			}
		}
		if (this.missing == 0) {
			this.call.finish();
		}
		else {
			this.call.check();
		}
		this.reader.onNext(bytes);
	}

	@Override
	public void onError(Throwable failure) {
		if (this.over.compareAndSet(false, true)) {
			this.call.end();
			this.reader.onError(this.call.failure(failure));
		}
	}

	@Override
	public void onComplete() {
		if (this.over.compareAndSet(false, true)) {
			this.call.end();
			this.reader.onComplete();
		}
	}

	/** The call is stopped already: wakes who reads, and closes the connection. */
	void stop() {
		Flow.Subscription subscription = this.subscription;
		if (subscription != null) {
			onError(new CancellationException("The call was stopped"));
			subscription.cancel();
		}
	}

	/** A body that is given up in the middle is a call that is stopped. */
	private final class Reading implements Flow.Subscription {

		private final Flow.Subscription subscription;

		Reading(Flow.Subscription subscription) {
			this.subscription = subscription;
		}

		@Override
		public void request(long count) {
			this.subscription.request(count);
		}

		@Override
		public void cancel() {
			if (JdkBody.this.call.stopReading()) {
				this.subscription.cancel();
			}
			JdkBody.this.call.end();
		}

	}

}
