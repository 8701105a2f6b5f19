package io.cancelscope.spring.webflux;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseCookie;
import org.springframework.http.ZeroCopyHttpOutputMessage;
import org.springframework.http.server.reactive.ChannelSendOperator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;

/**
 * The response as the handler has it. Once it is taken away, what the handler does to it
 * is without effect, as with a response that is committed.
 * <p>
 * Also sees that a server has stopped taking the response: Reactor Netty does that when
 * the client goes away in the middle of the body, and then ends as if all were written.
 */
class ScopeAwareResponse extends ServerHttpResponseDecorator {

	private static final Duration PATIENCE = Duration.ofMillis(500);

	private final Authorship author;

	private final ServerConnection connection;

	private final Supplier<? extends Throwable> refusal;

	private final @Nullable Handshake handshake;

	private final HttpHeaders headers;

	/**
	 * What the handler has once the others aren't its own. Guarded by the author's lock.
	 */
	private @Nullable HttpHeaders unsent;

	private volatile boolean asked;

	/** Whether the commit is that of a response that may be a handshake. */
	private volatile boolean completing;

	private volatile boolean cancelled;

	private ScopeAwareResponse(ServerHttpResponse response, ServerConnection connection, Scheduler aside,
			Supplier<? extends Throwable> refusal, @Nullable Handshake handshake) {
		super(response);
		this.author = new Authorship(aside, PATIENCE);
		this.headers = GuardedHeaders.of(this.author.lock(), this::currentHeaders);
		this.connection = connection;
		this.refusal = refusal;
		this.handshake = handshake;
	}

	/**
	 * Watches a response.
	 * @param response the one of the server
	 * @param connection its connection
	 * @param aside where a handler is cancelled that was waited for in vain
	 * @param refusal what a write fails with that is stopped before it has begun
	 * @param handshake the end of the request, if completing the response may begin the
	 * session of a WebSocket; {@code null} otherwise
	 * @return the response for the handler
	 */
	static ScopeAwareResponse of(ServerHttpResponse response, ServerConnection connection, Scheduler aside,
			Supplier<? extends Throwable> refusal, @Nullable Handshake handshake) {
		return (response instanceof ZeroCopyHttpOutputMessage files)
				? new WithFiles(response, files, connection, aside, refusal, handshake)
				: new ScopeAwareResponse(response, connection, aside, refusal, handshake);
	}

	Authorship author() {
		return this.author;
	}

	/** Returns whether the server has stopped taking the response before its end. */
	boolean isCancelled() {
		return this.cancelled;
	}

	/** The server doesn't want the response any more. */
	void onCancel() {
		this.cancelled = true;
	}

	/** Guarded by the author's lock. */
	private HttpHeaders currentHeaders() {
		if (!this.author.isTaken()) {
			return super.getHeaders();
		}
		HttpHeaders unsent = (this.unsent != null) ? this.unsent : new HttpHeaders();
		this.unsent = unsent;
		return unsent;
	}

	@Override
	public HttpHeaders getHeaders() {
		return this.headers;
	}

	@Override
	public boolean setStatusCode(@Nullable HttpStatusCode status) {
		return changed(() -> super.setStatusCode(status));
	}

	@Override
	public boolean setRawStatusCode(@Nullable Integer value) {
		return changed(() -> super.setRawStatusCode(value));
	}

	@Override
	public void addCookie(ResponseCookie cookie) {
		changed(() -> {
			super.addCookie(cookie);
			return true;
		});
	}

	@Override
	public void beforeCommit(Supplier<? extends Mono<Void>> action) {
		changed(() -> {
			super.beforeCommit(action);
			return true;
		});
	}

	private boolean changed(BooleanSupplier change) {
		this.author.lock().lock();
		try {
			return !this.author.isTaken() && change.getAsBoolean();
		}
		finally {
			this.author.lock().unlock();
		}
	}

	@Override
	public boolean isCommitted() {
		return this.author.isTaken() || super.isCommitted();
	}

	/**
	 * Asks with the first item, as the server does: a body that fails before is not sent.
	 * Without being the author, a handler may not even fail to write: Spring WebFlux
	 * would clear headers.
	 */
	@Override
	public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
		if (body instanceof Mono<? extends DataBuffer> mono) {
			return mono.flatMap(this::writeOne).doOnDiscard(DataBuffer.class, DataBufferUtils::release);
		}
		return new ChannelSendOperator<DataBuffer>(body,
				(items) -> enter(false) ? ending(super.writeWith(watched(items))) : refuse(items));
	}

	private Mono<Void> writeOne(DataBuffer item) {
		if (!enter(this.connection.takesOnePieceAtOnce())) {
			DataBufferUtils.release(item);
			return Mono.empty();
		}
		return ending(super.writeWith(Mono.just(item)));
	}

	@Override
	public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
		return new ChannelSendOperator<Publisher<? extends DataBuffer>>(body,
				(items) -> enter(false) ? ending(super.writeAndFlushWith(watched(items))) : refuse(items));
	}

	/**
	 * Race: a handshake completes its response after that was taken away. It must not
	 * believe that all is well, because it would begin the session.
	 */
	@Override
	public Mono<Void> setComplete() {
		return Mono.defer(() -> {
			if (!super.isCommitted() && enter(this.connection.takesOnePieceAtOnce())) {
				return completing(super.setComplete());
			}
			return (this.handshake != null && this.author.isCutShort()) ? Mono.error(this.refusal.get()) : Mono.empty();
		});
	}

	private Mono<Void> completing(Mono<Void> completion) {
		Handshake handshake = this.handshake;
		if (handshake == null) {
			return ending(completion);
		}
		this.completing = true;
		return handshake.leaving(completion.doOnSuccess((nothing) -> this.author.handOver()).doOnError((failure) -> {
			this.completing = false;
			this.author.fail();
		}).doOnCancel(this.author::abandon));
	}

	boolean enter(boolean onePiece) {
		if (!this.author.enter(onePiece)) {
			return false;
		}
		if (!this.asked) {
			this.asked = true;
			super.beforeCommit(() -> Mono.defer(this::begin));
		}
		return true;
	}

	/** The last action before the commit: called early, subscribed to late. */
	private Mono<Void> begin() {
		Mono<Void> end = (this.completing && this.handshake != null) ? this.handshake.end() : Mono.empty();
		return end.then(Mono.defer(() -> {
			if (this.author.begin()) {
				return Mono.empty();
			}
			// Whom nobody waits for is being cancelled, which releases its buffer; a
			// failure would do so, too.
			return this.author.isBroken() ? Mono.never() : Mono.error(this.refusal.get());
		}));
	}

	Mono<Void> ending(Mono<Void> write) {
		return new OneEnd(write).doOnSuccess((nothing) -> this.author.complete())
			.doOnError((failure) -> this.author.fail())
			.doOnCancel(this.author::abandon);
	}

	private <T> Flux<T> watched(Publisher<T> items) {
		return Flux.from(items).doOnCancel(this::onCancel);
	}

	/** Cancels the source of what will not be sent, and releases its first item. */
	private static <T> Mono<Void> refuse(Publisher<T> items) {
		items.subscribe(new BaseSubscriber<T>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				request(1);
				cancel();
			}

			@Override
			protected void hookOnNext(T item) {
				release(item);
			}

		});
		return Mono.empty();
	}

	private static void release(@Nullable Object item) {
		if (item instanceof DataBuffer buffer) {
			DataBufferUtils.release(buffer);
		}
		else if (item instanceof Publisher<?> publisher) {
			Flux.from(publisher).take(1).subscribe(ScopeAwareResponse::release, (failure) -> {
				// Ignored: it is not sent.
			});
		}
	}

	/** Lets the operating system copy files, as before. */
	private static final class WithFiles extends ScopeAwareResponse implements ZeroCopyHttpOutputMessage {

		private final ZeroCopyHttpOutputMessage files;

		private WithFiles(ServerHttpResponse response, ZeroCopyHttpOutputMessage files, ServerConnection connection,
				Scheduler aside, Supplier<? extends Throwable> refusal, @Nullable Handshake handshake) {
			super(response, connection, aside, refusal, handshake);
			this.files = files;
		}

		@Override
		public Mono<Void> writeWith(Path file, long position, long count) {
			return Mono.defer(() -> enter(false) ? ending(this.files.writeWith(file, position, count)) : Mono.empty());
		}

	}

}
