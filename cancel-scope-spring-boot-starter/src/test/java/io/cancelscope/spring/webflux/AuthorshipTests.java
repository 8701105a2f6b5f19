package io.cancelscope.spring.webflux;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who writes, in each order of what the handler and the deadline do.
 */
@Timeout(120)
class AuthorshipTests {

	private final Authorship author = new Authorship(Schedulers.immediate(), Duration.ofMinutes(5));

	private final AtomicBoolean stopped = new AtomicBoolean();

	private boolean isBroken() {
		stop();
		return this.author.isCutShort() && !this.author.isTaken();
	}

	private void stop() {
		this.author.stop().subscribe(null, null, () -> this.stopped.set(true));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void handlerDoesNotWriteAfterTheDeadline(boolean onePiece) {
		stop();

		assertThat(this.stopped).isTrue();
		assertThat(this.author.isTaken()).isTrue();
		assertThat(this.author.enter(onePiece)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void handlerWritesOnce(boolean onePiece) {
		assertThat(this.author.enter(onePiece)).isTrue();
		assertThat(this.author.begin()).isTrue();

		assertThat(this.author.enter(onePiece)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void writeThatIsStoppedBeforeItsCommitIsRefused(boolean onePiece) {
		this.author.enter(onePiece);

		stop();

		assertThat(this.stopped).isFalse();
		assertThat(this.author.isCutShort()).isTrue();
		assertThat(this.author.begin()).isFalse();
		this.author.fail();
		assertThat(this.stopped).isTrue();
		assertThat(this.author.isTaken()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void sessionIsNotStopped(boolean onePiece) {
		this.author.enter(onePiece);
		this.author.begin();
		assertThat(this.author.handOver()).isTrue();

		stop();

		assertThat(this.stopped).isFalse();
		assertThat(this.author.isHandedOver()).isTrue();
		assertThat(this.author.isCutShort()).isFalse();
	}

	/** Race: the handshake is accepted at the deadline. */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void sessionOfAHandshakeThatWasStoppedDoesNotBegin(boolean onePiece) {
		this.author.enter(onePiece);
		this.author.begin();
		stop();

		assertThat(this.author.handOver()).isFalse();
		this.author.fail();

		assertThat(this.stopped).isTrue();
		assertThat(isBroken()).isTrue();
	}

	@Test
	void writeThatNeverComesToItsCommitIsBrokenOff() {
		Authorship impatient = new Authorship(Schedulers.immediate(), Duration.ofMillis(1));
		impatient.enter(true);

		impatient.stop().block();

		assertThat(impatient.begin()).isFalse();
		impatient.fail();
		assertThat(impatient.isCutShort()).isTrue();
		assertThat(impatient.isTaken()).isFalse();
	}

	@Test
	void streamIsBrokenOffInTheMiddle() {
		this.author.enter(false);
		this.author.begin();

		stop();

		assertThat(this.stopped).isTrue();
		this.author.complete();
		assertThat(isBroken()).isTrue();
	}

	@Test
	void onePieceIsWaitedFor() {
		this.author.enter(true);
		this.author.begin();

		stop();

		assertThat(this.stopped).isFalse();
		this.author.complete();
		assertThat(this.stopped).isTrue();
		assertThat(this.author.isSent()).isTrue();
	}

	@Test
	void onePieceThatNobodyWaitsForIsBrokenOff() {
		this.author.enter(true);
		this.author.begin();
		stop();

		this.author.abandon();

		assertThat(this.stopped).isTrue();
		assertThat(isBroken()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatIsSentStaysSent(boolean onePiece) {
		this.author.enter(onePiece);
		this.author.begin();
		this.author.complete();

		stop();

		assertThat(this.stopped).isTrue();
		assertThat(this.author.isSent()).isTrue();
	}

	@Test
	void failureBeforeTheCommitAllowsAnotherAnswer() {
		this.author.enter(true);

		this.author.fail();

		assertThat(this.author.enter(true)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void failureAfterTheCommitDoesNot(boolean onePiece) {
		this.author.enter(onePiece);
		this.author.begin();

		this.author.fail();

		assertThat(isBroken()).isTrue();
		assertThat(this.author.enter(true)).isFalse();
	}

	/** Race: enter and stop, at the same instant. */
	@Test
	void exactlyOneIsFirst() throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(2);
		try {
			for (int i = 0; i < 5_000; i++) {
				Authorship raced = new Authorship(Schedulers.immediate(), Duration.ofMinutes(5));
				CountDownLatch both = new CountDownLatch(2);
				Future<Boolean> entered = executor.submit(after(both, () -> raced.enter(true)));
				Future<Boolean> taken = executor.submit(after(both, () -> {
					raced.stop().subscribe();
					return raced.isTaken();
				}));

				assertThat(entered.get(30, TimeUnit.SECONDS)).isNotEqualTo(taken.get(30, TimeUnit.SECONDS));
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	private static Callable<Boolean> after(CountDownLatch both, Callable<Boolean> action) {
		return () -> {
			both.countDown();
			both.await();
			return action.call();
		};
	}

}
