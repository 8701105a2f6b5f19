package io.cancelscope.peers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of {@code docs/concepts/interrupts.md}: how often an interrupt goes astray, ours and
 * the peers' side by side in one run.
 * <pre>
 * ./mvnw -pl cancel-scope-core -Ppeers test -Dtest=InterruptPeersTests
 * </pre>
 */
class InterruptPeersTests {

	private static final int RACES = 20_000;

	private static final int NESTED_RUNS = 60;

	private static final int FOREIGN_RUNS = 60;

	@Test
	void table() throws Exception {
		Map<Peer, List<String>> rows = new EnumMap<>(Peer.class);
		for (Peer peer : Peer.values()) {
			// Counted first and judged last, so that a failure still shows the table.
			int leaked = leakedIntoTheNextTask(peer);
			int lostOuter = outerBodiesThatRanOn(peer);
			int lostForeign = foreignInterruptsLost(peer);
			rows.put(peer, new ArrayList<>(List.of(leaked + " of " + RACES, lostOuter + " of " + NESTED_RUNS,
					lostForeign + " of " + FOREIGN_RUNS)));
		}
		System.out.println("| library | interrupt leaked into the next task "
				+ "| outer of two equal deadlines lost | foreign interrupt lost beside a timeout |");
		System.out.println("|---|---|---|---|");
		rows.forEach((peer, cells) -> System.out
			.println("| " + peer.title + " | " + String.join(" | ", cells) + " |"));
		assertThat(rows.get(Peer.OURS)).allMatch((cell) -> cell.startsWith("0 of "));
	}

	/** The body ends at the very moment of the timeout; the next task looks at its flag. */
	private static int leakedIntoTheNextTask(Peer peer) throws Exception {
		int leaked = 0;
		Duration timeout = Duration.ofMillis(1);
		for (int run = 0; run < RACES; run++) {
			long body = 950_000 + ThreadLocalRandom.current().nextInt(200_000);
			try {
				peer.call(timeout, () -> spin(body));
			}
			catch (InterruptedException ex) {
				leaked++; // nobody sent one: it is the last run's
			}
			catch (Exception ex) {
				assertThat(peer.isTimeout(ex)).as("%s", ex).isTrue();
			}
			spin(20_000);
			if (Thread.interrupted()) {
				leaked++;
			}
		}
		return leaked;
	}

	/** The inner one's exception is swallowed, and the outer body blocks once more. */
	private static int outerBodiesThatRanOn(Peer peer) throws Exception {
		int ranOn = 0;
		Duration timeout = Duration.ofMillis(20);
		for (int run = 0; run < NESTED_RUNS; run++) {
			boolean[] through = new boolean[1];
			try {
				peer.call(timeout, () -> {
					try {
						peer.call(timeout, () -> sleep(1000));
					}
					catch (Exception ex) {
						// careless code goes on
					}
					sleep(100);
					through[0] = true;
					return "ran on";
				});
			}
			catch (Exception ex) {
				// the outer timeout, as it should be
			}
			if (through[0]) {
				ranOn++;
			}
			Thread.interrupted();
		}
		return ranOn;
	}

	/** Somebody interrupts, then the timeout fires, and only then the body blocks. */
	private static int foreignInterruptsLost(Peer peer) throws Exception {
		int lost = 0;
		for (int run = 0; run < FOREIGN_RUNS; run++) {
			CountDownLatch inside = new CountDownLatch(1);
			CountDownLatch sent = new CountDownLatch(1);
			Thread owner = Thread.currentThread();
			Thread foreign = new Thread(() -> {
				try {
					inside.await();
				}
				catch (InterruptedException ex) {
					return;
				}
				owner.interrupt();
				sent.countDown();
			});
			foreign.start();
			boolean thrown = false;
			try {
				peer.call(Duration.ofMillis(50), () -> {
					inside.countDown();
					while (sent.getCount() > 0) {
						Thread.onSpinWait();
					}
					spin(TimeUnit.MILLISECONDS.toNanos(70)); // the timeout fires now
					return sleep(100);
				});
			}
			catch (InterruptedException ex) {
				thrown = true;
			}
			catch (Exception ex) {
				// the timeout; the flag must say the rest
			}
			boolean flag = Thread.interrupted();
			if (!thrown && !flag) {
				lost++;
			}
			foreign.join();
		}
		return lost;
	}

	private static String spin(long nanos) {
		long start = System.nanoTime();
		while (System.nanoTime() - start < nanos) {
			Thread.onSpinWait();
		}
		return "done";
	}

	private static String sleep(long millis) throws InterruptedException {
		Thread.sleep(millis);
		return "done";
	}

}
