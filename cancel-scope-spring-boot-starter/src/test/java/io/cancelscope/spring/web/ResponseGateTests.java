package io.cancelscope.spring.web;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.request.RequestScope;
import io.cancelscope.spring.request.RequestScopes;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.spring.request.CancelScopeWebProperties;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.http.server.PathContainer;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Who may write a response, step by step: the schedule of {@link ResponseGate}.
 */
@Timeout(60)
class ResponseGateTests {

	/**
	 * One for each task: the common pool has one thread on a machine of two processors.
	 */
	private static final Executor THREADS = (task) -> new Thread(task).start();

	private final MockHttpServletResponse original = new MockHttpServletResponse();

	private final AtomicInteger ended = new AtomicInteger();

	private RequestScope scope;

	private ResponseGate gate;

	private GatedResponse response;

	@Test
	void responseIsAnsweredAfterTheLastWriteOfTheProducer() {
		withGate(() -> {
			this.gate.enter();
			this.scope.scope().cancel();
			this.gate.close();
			assertThat(this.ended).hasValue(0);

			this.gate.exit();

			assertThat(this.ended).hasValue(1);
			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(this.gate::enter);
		});
	}

	@Test
	void closedResponseTakesNeitherBytesNorHeaders() {
		withGate(() -> {
			this.scope.scope().cancel();
			this.gate.close();

			assertThatExceptionOfType(ScopeCancelledException.class)
				.isThrownBy(() -> this.response.getOutputStream().write('x'));
			assertThatExceptionOfType(ScopeCancelledException.class)
				.isThrownBy(() -> this.response.getOutputStream().print("x"));
			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(this.response::flushBuffer);
			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() -> this.response.sendError(500));
			this.response.setStatus(201);
			this.response.setHeader("X-Late", "yes");

			assertThat(this.original.getStatus()).isEqualTo(200);
			assertThat(this.original.getHeaderNames()).isEmpty();
			assertThat(this.original.getContentAsByteArray()).isEmpty();
			assertThat(this.original.isCommitted()).isFalse();
		});
	}

	@Test
	void closedResponseTakesNoTextFromItsWriter() {
		withGate(() -> {
			this.response.getWriter().write("early");
			this.scope.scope().cancel();
			this.gate.close();

			assertThatExceptionOfType(ScopeCancelledException.class)
				.isThrownBy(() -> this.response.getWriter().println("late"));

			assertThat(this.original.getContentAsString()).isEqualTo("early");
		});
	}

	@Test
	void ownerWaitsForWhoIsWritingAndWritesAlone() {
		withGate(() -> {
			CountDownLatch writing = new CountDownLatch(1);
			CountDownLatch written = new CountDownLatch(1);
			CompletableFuture<Void> producer = CompletableFuture.runAsync(() -> write(writing, written), THREADS);
			await(writing);
			this.scope.scope().cancel();

			CompletableFuture<Boolean> owner = CompletableFuture.supplyAsync(this::takeOver, THREADS);
			Awaitility.await().until(() -> !isOpen());
			assertThat(owner).isNotDone();
			written.countDown();

			assertThat(producer).succeedsWithin(10, TimeUnit.SECONDS);
			assertThat(owner).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(true);
			assertThat(this.original.getContentAsString()).isEqualTo("answer");
		});
	}

	@Test
	void nobodyWritesWhatIsBroken() {
		withGate(() -> {
			this.response.flushBuffer();
			this.scope.scope().cancel();
			this.gate.lend();

			assertThat(this.gate.takeOver(this.response)).isFalse();

			assertThat(this.gate.isBroken()).isTrue();
			assertThatExceptionOfType(ScopeCancelledException.class)
				.isThrownBy(() -> this.response.getOutputStream().write('x'));
		});
	}

	@Test
	void whatTheProducerHasFinishedIsItsAnswer() {
		withGate(() -> {
			this.gate.produced();
			this.scope.scope().cancel();
			this.gate.close();

			assertThat(this.ended).hasValue(0);
			assertThat(this.gate.isForced()).isFalse();
			assertThat(isOpen()).isTrue();
		});
	}

	@Test
	void partOfAnAnswerIsNotTakenForTheWhole() {
		withGate(() -> {
			this.scope.scope().cancel();
			this.gate.close();
			this.response.setHeader("X-Late", "yes");

			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(this.gate::produced);
			assertThat(this.gate.isForced()).isTrue();
		});
	}

	@Test
	void responseStaysOpenWhileTheContainerHandlesTheRequest() {
		withGate(() -> {
			this.gate.lend();
			this.scope.scope().cancel();
			this.gate.close();

			this.response.getOutputStream().print("late");

			assertThat(this.ended).hasValue(0);
			assertThat(this.original.getContentAsString()).isEqualTo("late");
		});
	}

	private void write(CountDownLatch writing, CountDownLatch written) {
		this.gate.enter();
		try {
			writing.countDown();
			await(written);
		}
		finally {
			this.gate.exit();
		}
	}

	private boolean takeOver() {
		this.gate.lend();
		try {
			boolean open = this.gate.takeOver(this.response);
			this.response.getOutputStream().print("answer");
			return open;
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private boolean isOpen() {
		boolean open = this.gate.tryEnter();
		if (open) {
			this.gate.exit();
		}
		return open;
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void withGate(Steps steps) {
		new WebApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeWebAutoConfiguration.class))
			.run((context) -> {
				RequestScopes requests = new RequestScopes(context.getBean(CancelScopes.class), TimeSource.system(),
						context.getBean(ScopeSettings.class), context.getBean(CancelScopeWebProperties.class),
						Stream::empty, (header) -> {
						});
				this.scope = requests.open("GET", PathContainer.parsePath("/fares"), (header) -> List.of(), () -> null);
				this.gate = new ResponseGate(this.scope);
				this.response = new GatedResponse(this.original, this.gate,
						new FilterAnswers(new MockHttpServletRequest(), this.scope));
				this.gate.produces(this.ended::incrementAndGet);
				steps.run();
				this.scope.scope().close();
			});
	}

	@FunctionalInterface
	interface Steps {

		void run() throws Exception;

	}

}
