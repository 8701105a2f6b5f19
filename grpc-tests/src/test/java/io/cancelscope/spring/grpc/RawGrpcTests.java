package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.grpc.calls.Ask;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What clients can send that follow no library, and the worst of it.
 */
@Timeout(120)
class RawGrpcTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	private static final String EXCEEDED = "" + Status.Code.DEADLINE_EXCEEDED.value();

	private final BlockingQueue<CancelReason.Kind> stopped = new LinkedBlockingQueue<>();

	private final BlockingQueue<String> begun = new LinkedBlockingQueue<>();

	private final TestServer server = TestServer.of(TestServer.Transport.NETTY);

	private RawGrpcClient client;

	@BeforeEach
	void open() throws Exception {
		this.server.handlers().unary = this::sleep;
		this.client = new RawGrpcClient(port());
	}

	@AfterEach
	void nothingIsLeftBehind() throws Exception {
		this.client.close();
		this.server.scopes().reset();
		this.server.handlers().reset();
		assertThat(this.server.blocking().unary(Handlers.ask("still here")).getText()).isEqualTo("still here");
	}

	private int port() {
		return this.server.context()
			.getBeanProvider(GrpcServerLifecycle.class)
			.stream()
			.mapToInt(GrpcServerLifecycle::getPort)
			.filter((port) -> port > 0)
			.findFirst()
			.orElseThrow();
	}

	private void sleep(Ask ask, StreamObserver<Answer> answers) {
		this.begun.add(ask.getText());
		try {
			CancelScope.current().sleep(Duration.ofSeconds(60));
		}
		catch (ScopeCancelledException ex) {
			this.stopped.add(ex.reason().kind());
			throw ex;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void resetStopsTheHandler() throws Exception {
		int stream = this.client.open("Unary", null);
		this.client.ask(stream, "slow");
		assertThat(this.begun.poll(30, TimeUnit.SECONDS)).isEqualTo("slow");

		this.client.reset(stream);

		assertThat(this.stopped.poll(30, TimeUnit.SECONDS)).isEqualTo(CancelReason.Kind.DISCONNECTED);
	}

	@Test
	void endOfTheConnectionStopsTheHandler() throws Exception {
		int stream = this.client.open("Unary", null);
		this.client.ask(stream, "slow");
		assertThat(this.begun.poll(30, TimeUnit.SECONDS)).isEqualTo("slow");

		this.client.close();

		assertThat(this.stopped.poll(30, TimeUnit.SECONDS)).isEqualTo(CancelReason.Kind.DISCONNECTED);
	}

	@Test
	void deadlineStopsTheHandlerOfAClientThatWaitsForEver() throws Exception {
		int stream = this.client.open("Unary", "5S");
		this.client.ask(stream, "slow");
		assertThat(this.begun.poll(30, TimeUnit.SECONDS)).isEqualTo("slow");

		assertThat(this.stopped.poll(30, TimeUnit.SECONDS)).isEqualTo(CancelReason.Kind.DEADLINE);
		assertEndsBy(stream, EXCEEDED);
	}

	/** The handler never begins, and the scope ends all the same. */
	@Test
	void deadlineEndsACallWithoutAMessage() throws Exception {
		int stream = this.client.open("Unary", "200m");

		assertEndsBy(stream, EXCEEDED);
		assertThat(this.begun).isEmpty();
	}

	@Test
	void resetEndsACallWithoutAMessage() throws Exception {
		int stream = this.client.open("Unary", "60S");

		this.client.reset(stream);

		int other = this.client.open("Unary", "200m");
		assertEndsBy(other, EXCEEDED);
		assertThat(this.begun).isEmpty();
	}

	/** gRPC resets the stream, or the answer is there first. */
	private void assertEndsBy(int stream, String status) {
		assertThat(this.client.end(stream)).succeedsWithin(SOON)
			.satisfies((end) -> assertThat(end).isIn(status, "reset 8"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "0n", "1n", "0H", "00000000S" })
	void noTimeAtAllIsTakenAtItsWord(String timeout) throws Exception {
		int stream = this.client.open("Unary", timeout);
		this.client.ask(stream, "slow");

		assertEndsBy(stream, EXCEEDED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "99999999H", "99999999S", "99999999M" })
	void farDeadlineDoesNotOverflow(String timeout) throws Exception {
		int stream = this.client.open("Unary", timeout);
		this.client.ask(stream, "slow");
		assertThat(this.begun.poll(30, TimeUnit.SECONDS)).isEqualTo("slow");

		this.client.reset(stream);

		assertThat(this.stopped.poll(30, TimeUnit.SECONDS)).isEqualTo(CancelReason.Kind.DISCONNECTED);
	}

	/** What becomes of such a call is gRPC's business. No other call is hurt by it. */
	@ParameterizedTest
	@ValueSource(strings = { "-1S", "1000000000S", "9223372036854775807H", "", "S", "1", "1x", "junk", "1 S", "\u0663S",
			"0x10S", "+5S" })
	void nonsenseHurtsNobody(String timeout) throws Exception {
		int stream = this.client.open("Unary", timeout);
		this.client.ask(stream, "slow");

		int other = this.client.open("Unary", "0n");
		this.client.ask(other, "slow");
		// Whatever became of the one, the other was not taken for it.
		assertThat(this.client.end(other)).succeedsWithin(SOON)
			.satisfies((end) -> assertThat(end).isIn(EXCEEDED, "reset 8"));
		this.client.reset(stream);
	}

}
