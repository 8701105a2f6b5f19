package io.cancelscope.spring.mongodb;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import com.mongodb.client.gridfs.GridFSBucket;
import com.mongodb.client.gridfs.GridFSBuckets;
import com.mongodb.client.gridfs.model.GridFSUploadOptions;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.reactor.ScopeInContext;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import org.springframework.data.mongodb.gridfs.GridFsTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Files in GridFS, which both drivers make of operations of collections.
 */
class GridFsTests {

	private static final int CHUNK = 1_000;

	private static final GridFSUploadOptions OPTIONS = new GridFSUploadOptions().chunkSizeBytes(CHUNK);

	private static final byte[] FILE = new byte[5 * CHUNK];

	private static final long SLOW = 60_000;

	private static final App app = App.start("maxPoolSize=5");

	private final FakeMongo server = app.server;

	private final GridFSBucket blocking = GridFSBuckets.create(app.client.getDatabase("test"));

	private final com.mongodb.reactivestreams.client.gridfs.GridFSBucket reactive = com.mongodb.reactivestreams.client.gridfs.GridFSBuckets
		.create(app.reactive.getDatabase("test"));

	@AfterAll
	static void close() throws IOException {
		app.close();
	}

	@BeforeEach
	void reset() {
		this.server.reset();
		await().atMost(App.LONG).until(() -> this.server.working() == 0);
		this.server.reset();
	}

	@Test
	void fileIsStoredAndReadInAScope() {
		ByteArrayOutputStream read = new ByteArrayOutputStream();

		Throwable thrown = app.within(App.LONG, () -> {
			ObjectId id = this.blocking.uploadFromStream("report", content(), OPTIONS);
			this.blocking.downloadToStream(id, read);
			return null;
		});

		assertThat(thrown).isNull();
		assertThat(read.toByteArray()).isEqualTo(FILE);
		assertThat(this.server.commands("insert")).isNotEmpty()
			.allSatisfy((insert) -> assertThat(BlockingTests.maxTime(insert)).isPositive());
	}

	@Test
	void downloadEndsAtTheDeadline() {
		ObjectId id = this.blocking.uploadFromStream("report", content(), OPTIONS);
		this.server.slow("find fs.chunks", SLOW);

		Throwable thrown = app.within(BlockingTests.BUDGET,
				() -> app.context.getBean(GridFsTemplate.class).getResource("report").getContentAsByteArray());
		Throwable ofReactive = reactive(BlockingTests.BUDGET, this.reactive.downloadToPublisher(id));

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
		assertThat(ofReactive).isInstanceOf(DeadlineExceededException.class);
		await().atMost(App.LONG).until(() -> this.server.working() == 0);
	}

	@Test
	void cancelledDownloadIsKilledInTheServer() {
		ObjectId id = this.blocking.uploadFromStream("report", content(), OPTIONS);
		this.server.slow("find fs.chunks", SLOW);

		Throwable thrown = app.cancelled(App.threads, () -> {
			this.blocking.downloadToStream(id, OutputStream.nullOutputStream());
			return null;
		});
		Throwable ofReactive = cancelled((scope) -> this.reactive.downloadToPublisher(id));

		// The driver wraps whatever fails in a download to a stream.
		assertThat(ScopeCancelledException.findIn(thrown)).isNotNull();
		assertThat(ofReactive).isExactlyInstanceOf(ScopeCancelledException.class);
		await().atMost(App.LONG).until(() -> this.server.working() == 0);
		assertThat(this.server.killed()).hasSizeGreaterThanOrEqualTo(2);
	}

	@Test
	void uploadEndsAtTheDeadline() {
		this.server.slow("insert fs.chunks", SLOW);

		Throwable thrown = app.within(BlockingTests.BUDGET,
				() -> this.blocking.uploadFromStream("report", content(), OPTIONS));
		Throwable ofReactive = reactive(BlockingTests.BUDGET,
				this.reactive.uploadFromPublisher("report", chunks(), OPTIONS));

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
		assertThat(ofReactive).isInstanceOf(DeadlineExceededException.class);
		assertThat(this.server.documents("fs.files")).isEmpty();
	}

	/** What has been sent is not killed, since it writes; nothing more is sent. */
	@Test
	void cancelledUploadSendsNoFurtherChunk() {
		this.server.slow("insert fs.chunks", 200);

		Throwable thrown = app.cancelled(App.threads,
				() -> this.blocking.uploadFromStream("report", content(), OPTIONS));
		await().atMost(App.LONG).until(() -> this.server.working() == 0);
		int chunks = this.server.commands("insert").size();
		Throwable ofReactive = cancelled((scope) -> this.reactive.uploadFromPublisher("report",
				chunks().concatWith(Flux.<ByteBuffer>never()), OPTIONS));

		assertThat(thrown).isExactlyInstanceOf(ScopeCancelledException.class);
		assertThat(chunks).isBetween(1, 2);
		assertThat(ofReactive).isExactlyInstanceOf(ScopeCancelledException.class);
		assertThat(this.server.documents("fs.files")).isEmpty();
	}

	private static ByteArrayInputStream content() {
		return new ByteArrayInputStream(FILE);
	}

	private static Flux<ByteBuffer> chunks() {
		return Flux.range(0, 5).map((number) -> ByteBuffer.wrap(new byte[CHUNK]));
	}

	private static @Nullable Throwable reactive(Duration budget, Publisher<?> operation) {
		OpenScope scope = app.scopes.openUnbound(ScopeOptions.timeout(budget).withName("test"));
		try (scope) {
			return App.join(subscribe(scope, operation));
		}
	}

	private @Nullable Throwable cancelled(Function<OpenScope, Publisher<?>> operation) {
		OpenScope scope = app.scopes.openUnbound(ScopeOptions.named("test"));
		try (scope) {
			await().atMost(App.LONG).until(() -> this.server.working() == 0);
			CompletableFuture<@Nullable Throwable> end = subscribe(scope, operation.apply(scope));
			await().atMost(App.LONG).until(() -> this.server.working() > 0 || end.isDone());
			scope.cancel("enough");
			return App.join(end);
		}
	}

	private static CompletableFuture<@Nullable Throwable> subscribe(OpenScope scope, Publisher<?> operation) {
		CompletableFuture<@Nullable Throwable> end = new CompletableFuture<>();
		Flux.from(operation).contextWrite((context) -> context.put(ScopeInContext.KEY, scope)).subscribe((each) -> {
		}, end::complete, () -> end.complete(null));
		return end;
	}

}
