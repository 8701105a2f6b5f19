package io.cancelscope.demo.live;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.demo.supplier.Behaviour;
import org.junit.jupiter.api.Test;

import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A search whose suppliers stop at once when they are told to.
 */
class WatchedSearchTests {

	private static final Order ORDER = new Order(Duration.ofMinutes(1), Map.of(), Behaviour.HANGING, false, false);

	/**
	 * <pre>
	 * supplier: waits ........... stops, is back
	 * search:   waits for it ............................. looks why
	 * person:          cancels
	 * </pre>
	 */
	@Test
	void cancelledSearchSaysWhyHoweverFastItsSuppliersStop() throws Exception {
		Prompt supplier = new Prompt();
		WatchedSearch search = new WatchedSearch(CancelScopes.create(), new WatchedScopes(), supplier);

		for (int i = 0; i < 300; i++) {
			CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(() -> run(search));
			CancelScope asked = supplier.searches.poll(30, TimeUnit.SECONDS);
			assertThat(asked).isNotNull();
			asked.cancel("cancelled on the page");

			assertThat(answer.get(30, TimeUnit.SECONDS)).hasToString("0 of 1: cancelled on the page");
		}
		search.destroy();
	}

	private static Answer run(WatchedSearch search) {
		try {
			return search.run(ORDER, List.of("eos"), null);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Waits for nothing but its cancellation. */
	private static final class Prompt extends Errand {

		private final BlockingQueue<CancelScope> searches = new LinkedBlockingQueue<>();

		private Prompt() {
			super(RestClient.builder(), null, null, null);
		}

		@Override
		void run(String name, Order order) {
			CancelScope scope = CancelScope.current();
			CompletableFuture<Void> stopped = new CompletableFuture<>();
			scope.onCancel((reason) -> stopped.complete(null));
			this.searches.add(scope.details().parent());
			stopped.join();
		}

	}

}
