package io.cancelscope;

import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an interrupt looks like when it comes out of a library as an exception.
 */
@Timeout(60)
class InterruptionsTests {

	@Test
	void relativesOfAnInterruptionAreKnown() {
		assertThat(Interruptions.isOne(new ClosedByInterruptException())).isTrue();
		assertThat(Interruptions.isOne(new InterruptedIOException())).isTrue();
		assertThat(Interruptions.isOne(new SocketException("Closed by interrupt"))).isTrue();
		assertThat(Interruptions.isOne(new RuntimeException(new InterruptedException()))).isTrue();
		assertThat(Interruptions.isOne(new SocketTimeoutException())).isFalse();
		assertThat(Interruptions.isOne(new SocketException("Connection reset"))).isFalse();
		assertThat(Interruptions.isOne(null)).isFalse();
	}

	private static Throwable wrapped(Throwable inmost, int times) {
		Throwable at = inmost;
		for (int i = 0; i < times; i++) {
			at = new RuntimeException(at);
		}
		return at;
	}

	@Test
	void interruptionIsLookedForThirtyTwoDeepAndNoMore() {
		Throwable one = new IllegalStateException("one");
		Throwable circle = new IllegalStateException("other", one);
		one.initCause(circle);

		assertThat(Interruptions.isOne(wrapped(new InterruptedException(), 31))).isTrue();
		assertThat(Interruptions.isOne(wrapped(new InterruptedException(), 32))).isFalse();
		assertThat(Interruptions.isOne(circle)).isFalse();
	}

}
