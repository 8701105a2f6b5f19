package io.cancelscope;

import java.time.Duration;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.cancelscope.Nodes.node;
import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The clock costs more than all the rest of a scope, so it is read only where it counts.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class ClockReadsTests {

	private final CountedTime time = new CountedTime();

	private final CancelScopes scopes = on(Ears.NONE);

	private CancelScopes on(Ears ears) {
		return Ears.add(ears.listener(), CancelScopes.builder().timeSource(this.time)).build();
	}

	private int readsOfOpening(ScopeOptions options) {
		OpenScope[] opened = new OpenScope[1];
		int reads = this.time.readsOf(() -> opened[0] = this.scopes.open(options));
		opened[0].close();
		return reads;
	}

	@Test
	void openingReadsItOnceWhereThereIsADeadline() {
		assertThat(readsOfOpening(ScopeOptions.timeout(seconds(1)))).isOne();
		assertThat(readsOfOpening(ScopeOptions.timeout(seconds(1)).shield())).isOne();
		assertThat(readsOfOpening(ScopeOptions.none().withDeadline(Deadline.after(seconds(1), this.time)))).isOne();
	}

	@Test
	void openingDoesNotReadItWhereThereIsNone() {
		assertThat(readsOfOpening(ScopeOptions.none())).isZero();
		assertThat(readsOfOpening(ScopeOptions.none().shield())).isZero();
		assertThat(readsOfOpening(ScopeOptions.none().bubble().checkOnEnter())).isZero();
	}

	@ParameterizedTest
	@EnumSource(names = "ALL")
	void openingThatAListenerHearsOfReadsItOnce(Ears ears) {
		CancelScopes watched = on(ears);

		int reads = this.time.readsOf(() -> watched.open(ScopeOptions.timeout(seconds(1))));
		int readsWithoutADeadline = this.time.readsOf(() -> watched.open(ScopeOptions.none()));

		assertThat(reads).isOne();
		assertThat(readsWithoutADeadline).isOne();
		((OpenScope) CancelScope.current()).close();
		((OpenScope) CancelScope.current()).close();
	}

	@Test
	void askingReadsItWhereThereIsADeadline() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.none())) {
			assertThat(this.time.readsOf(outer::check)).isZero();
			try (OpenScope inner = this.scopes.open(ScopeOptions.timeout(seconds(1)))) {
				assertThat(this.time.readsOf(inner::check)).isOne();
			}
		}
	}

	@Test
	void closingDoesNotReadItWhereNothingWasCarried() {
		OpenScope outer = this.scopes.open(ScopeOptions.timeout(seconds(1)));
		OpenScope inner = this.scopes.open(ScopeOptions.timeout(seconds(1)));
		OpenScope woken = this.scopes.open(ScopeOptions.timeout(seconds(1)));
		woken.onCancel((reason) -> {
		});

		assertThat(this.time.readsOf(woken::close)).isZero();
		assertThat(this.time.readsOf(inner::close)).isZero();
		assertThat(this.time.readsOf(outer::close)).isZero();
	}

	@Test
	void closingAnUnboundScopeDoesNotReadItWhereNothingWasCarried() {
		OpenScope unbound = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));

		assertThat(this.time.readsOf(unbound::close)).isZero();
	}

	@Test
	void closingReadsItOnceWhereWorkMayGoOn() {
		OpenScope carried = this.scopes.open(ScopeOptions.timeout(seconds(1)));
		carried.attach().close();

		assertThat(this.time.readsOf(carried::close)).isOne();
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
	void closingReadsItOnceWhereAListenerHearsOfCancellations(Ears ears) {
		CancelScopes watched = on(ears);
		OpenScope carried = watched.openUnbound(ScopeOptions.timeout(seconds(5)));
		Registration attached = carried.attach();
		OpenScope outer = watched.open(ScopeOptions.timeout(seconds(1)));
		OpenScope inner = watched.open(ScopeOptions.timeout(seconds(1)));

		assertThat(this.time.readsOf(inner::close)).as("inside a scope").isOne();
		assertThat(this.time.readsOf(outer::close)).as("inside an attachment").isOne();
		attached.close();
		assertThat(this.time.readsOf(carried::close)).as("carried").isOne();
		OpenScope alone = watched.open(ScopeOptions.timeout(seconds(1)));
		assertThat(this.time.readsOf(alone::close)).as("alone").isOne();
	}

	@Test
	void deadlineOfTheSystemsTimeIsLeftToTheAlarmThatWasJustSet() {
		OpenScope late = CancelScopes.create().openUnbound(ScopeOptions.timeout(Duration.ofNanos(1)));
		long due = node(late).own();
		await().until(() -> System.nanoTime() - due > 0);

		assertThat(node(late).cancellationSinceLinked()).isNull();
		assertThat(node(late).cancellation()).isNotNull();
		assertThat(node(late).cancellationSinceLinked()).isNotNull();
		late.close();
	}

	@Test
	void changeOfTheTreeIsNotLeftToTheAlarm() {
		CancelScopes real = CancelScopes.create();
		OpenScope parent = real.openUnbound(ScopeOptions.none());
		OpenScope child = openIn(parent, real, ScopeOptions.none());
		parent.cancel();

		assertThat(node(child).cancellationSinceLinked()).isNotNull();
		child.close();
		parent.close();
	}

	@Test
	void deadlineOfAnotherTimeIsNotLeftToTheAlarm() {
		OpenScope late = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		this.time.advance(seconds(1));

		assertThat(node(late).cancellationSinceLinked()).isNotNull();
		late.close();
	}

}
