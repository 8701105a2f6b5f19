package io.cancelscope;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.cancelscope.Scopes.openIn;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Small things that the documentation of the public API says, word for word.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class WordsKeptTests {

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	@Test
	void attachmentIsNotTakenBackOnAnotherThread() throws Exception {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("attached"));
		Registration attached = scope.attach();
		List<Boolean> answers = new ArrayList<>();

		Thread other = Patience.start(() -> answers.add(attached.unregister()));

		assertThat(Patience.ends(other)).isTrue();
		assertThat(answers).containsExactly(false);
		attached.close();
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 4 })
	void eachListenerIsAskedOnceWhetherItHearsOfCancellationsAlone(int listeners) {
		List<AtomicInteger> asked = Stream.generate(AtomicInteger::new).limit(listeners).toList();
		CancelScopes.Builder builder = CancelScopes.builder();
		asked.forEach((count) -> builder.listener(new CancelScopeListener() {
			@Override
			public boolean onlyCancellations() {
				count.incrementAndGet();
				return true;
			}
		}));

		CancelScopes listening = builder.build();
		builder.build();
		this.scopes.run(ScopeOptions.none(),
				(onAnotherTime) -> listening.run(ScopeOptions.none(), (scope) -> scope.cancel()));
		listening.run(ScopeOptions.none(), (scope) -> scope.attach().close());

		assertThat(asked).extracting(AtomicInteger::get).containsOnly(1);
	}

	@Test
	void onlyAScopeThatInterruptsSaysSo() throws Exception {
		ScopeOptions none = ScopeOptions.none();
		OpenScope plain = this.scopes.openUnbound(none);
		OpenScope interrupting = this.scopes.openUnbound(none.interrupt());
		OpenScope below = openIn(interrupting, this.scopes, none);
		OpenScope shielded = openIn(interrupting, this.scopes, none.shield());
		OpenScope both = openIn(interrupting, this.scopes, none.interrupt());

		assertThat(plain.details().interrupting()).isEqualTo(isInterruptedBy(plain)).isFalse();
		assertThat(below.details().interrupting()).isEqualTo(isInterruptedBy(below)).isFalse();
		assertThat(shielded.details().interrupting()).isEqualTo(isInterruptedBy(shielded)).isFalse();
		assertThat(both.details().interrupting()).isEqualTo(isInterruptedBy(both)).isTrue();
		assertThat(interrupting.details().interrupting()).isEqualTo(isInterruptedBy(interrupting)).isTrue();
	}

	/** Whether cancelling it interrupts a thread to which it is attached. */
	private static boolean isInterruptedBy(OpenScope scope) throws Exception {
		CountDownLatch done = new CountDownLatch(1);
		try (OtherThread worker = new OtherThread()) {
			var outcome = worker.start(() -> {
				Registration attached = scope.attach();
				try {
					worker.arrive();
					done.await(20, TimeUnit.SECONDS);
					return Thread.interrupted();
				}
				catch (InterruptedException ex) {
					return true;
				}
				finally {
					attached.close();
				}
			});
			worker.awaitBlocked();
			scope.cancel();
			done.countDown();
			return outcome.value();
		}
	}

	@Test
	void whatIsCurrentAfterAnAttachmentEndedElsewhereIsToldWhenTheThreadLooks() throws Exception {
		Trail current = new Trail();
		CancelScopes scopes = CancelScopes.builder().listener(new CancelScopeListener() {

			@Override
			public void currentChanged(CancelScope scope) {
				current.add(scope.name());
			}

		}).build();
		OpenScope scope = scopes.openUnbound(ScopeOptions.named("carried"));
		CancelScope.Registration attachment = scope.attach();
		Thread elsewhere = new Thread(attachment::close);
		elsewhere.start();
		elsewhere.join();

		assertThat(scopes.current().name()).isEqualTo("root");

		assertThat(current.words()).containsExactly("carried", "root");
		scope.close();
	}

}
