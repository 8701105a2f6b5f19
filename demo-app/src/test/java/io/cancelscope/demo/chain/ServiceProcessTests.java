package io.cancelscope.demo.chain;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A service in a process of its own, from this class path.
 */
@Timeout(180)
@DisabledForJreRange(min = JRE.JAVA_18,
		disabledReason = "how a process ends does not depend on the JDK: newer ones start the chain")
class ServiceProcessTests {

	private static final String CONFIGURATION = "--spring.config.name=chain";

	private static final String NEXT = "--spring.grpc.client.channel.next.target=static://127.0.0.1:1";

	private final Ledger ledger = new Ledger();

	@Test
	void serviceListensIsIdleAndEndsWithItsHandle() throws Exception {
		ProcessHandle handle;
		try (ServiceProcess plans = ServiceProcess.start(Place.PLANS, this.ledger, List.of(CONFIGURATION, NEXT))) {
			handle = plans.handle();
			assertThat(plans.awaitPort()).isPositive();
			plans.confirmIdle();
			assertThat(handle.isAlive()).isTrue();
		}

		assertThat(handle.isAlive()).isFalse();
		this.ledger.checkFailure();
	}

	@Test
	void takenPortIsToldWithTheStatusAndTheLastLines() throws Exception {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
				ServiceProcess plans = ServiceProcess.start(Place.PLANS, this.ledger,
						List.of(CONFIGURATION, NEXT, "--spring.grpc.server.port=" + taken.getLocalPort()))) {
			assertThatThrownBy(plans::awaitPort).isInstanceOf(ChainException.class)
				.hasMessageStartingWith("Service 'plans' ended with exit status 1. Its last lines:")
				.hasMessageContaining("in use");
		}

		assertThatThrownBy(this.ledger::checkFailure).hasMessageStartingWith("Service 'plans' ended");
	}

	@Test
	void serviceThatIsKilledFailsTheRun() throws Exception {
		try (ServiceProcess plans = ServiceProcess.start(Place.PLANS, this.ledger, List.of(CONFIGURATION, NEXT))) {
			plans.awaitPort();
			this.ledger.began(Place.PLANS);
			plans.handle().destroyForcibly();

			assertThatThrownBy(() -> this.ledger.awaitIdle(System.nanoTime() + TimeUnit.SECONDS.toNanos(60)))
				.isInstanceOf(ChainException.class)
				.hasMessageStartingWith("Service 'plans' ended with exit status");
		}
	}

	/** How a service is told that its parent is gone, whatever the parent died of. */
	@Test
	void endOfStandardInputEndsTheServiceAndTheDatabase() throws IOException, InterruptedException {
		Process database = new ProcessBuilder("sleep", "1000").start();
		try {
			Process plans = ServiceProcess
				.builder(Place.PLANS, List.of(CONFIGURATION, NEXT, ChainService.databaseOption(database.pid())))
				.redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start();

			plans.getOutputStream().close();

			assertThat(plans.waitFor(60, TimeUnit.SECONDS)).isTrue();
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(database.isAlive()).isFalse());
		}
		finally {
			database.destroyForcibly();
		}
	}

}
