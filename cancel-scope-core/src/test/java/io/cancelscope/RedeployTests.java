package io.cancelscope;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.cancelscope.deployed.Application;
import io.cancelscope.testing.LogTrail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application that is taken down is collected: nothing of the library's holds its
 * class loader for more than seconds.
 */
@Timeout(120)
class RedeployTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	/** A server's thread: it was there before, and stays. */
	private final ExecutorService server = Executors.newSingleThreadExecutor();

	private final Map<Application, WeakReference<ClassLoader>> takenDown = new EnumMap<>(Application.class);

	private final LogTrail log = new LogTrail();

	@AfterEach
	void endServer() {
		this.log.close();
		this.server.shutdownNow();
	}

	@Test
	void applicationThatBringsTheLibraryIsCollected() throws Exception {
		for (Application application : Application.values()) {
			deployAndTakeDown(application, Deployment::ofBoth);
		}

		assertCollected();
	}

	@Test
	void applicationBesideASharedLibraryIsCollected() throws Exception {
		List<ClassLoader> libraries = new ArrayList<>();
		for (Application application : Application.values()) {
			ClassLoader library = Deployment.ofTheLibrary(); // whose threads it starts
			libraries.add(library);
			deployAndTakeDown(application, () -> Deployment.ofTheApplications(library));
		}

		assertCollected();
		Reference.reachabilityFence(libraries);
	}

	@Test
	void applicationThatStartedTheThreadsOfASharedLibraryIsCollected() throws Exception {
		ClassLoader library = Deployment.ofTheLibrary();
		deployAndTakeDown(Application.HAS_A_CALLBACK_FOR_A_DAY, () -> Deployment.ofTheApplications(library));
		Deployment.keepTimerBusy(library);

		assertCollected();
		Reference.reachabilityFence(library);
	}

	private void deployAndTakeDown(Application application, Callable<ClassLoader> deployment) throws Exception {
		this.takenDown.put(application, this.server.submit(() -> {
			ClassLoader loader = deployment.call();
			Deployment.run(loader, application);
			return new WeakReference<>(loader);
		}).get(30, TimeUnit.SECONDS));
	}

	private void assertCollected() {
		await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
			System.gc();
			this.takenDown.values().removeIf((loader) -> loader.get() == null);
			assertThat(this.takenDown.keySet()).as("applications still held").isEmpty();
		});
	}

}
