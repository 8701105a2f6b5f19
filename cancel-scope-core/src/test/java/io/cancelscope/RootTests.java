package io.cancelscope;

import java.util.concurrent.Callable;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * What is current where no scope is open.
 */
@ExtendWith(ThreadStaysClean.class)
class RootTests {

	private final CancelScopes scopes = CancelScopes.create();

	private final Trail trail = new Trail();

	@Test
	void rootIsNeverCancelledAndHasNoDeadline() {
		CancelScope root = CancelScope.current();

		assertThat(root).isSameAs(this.scopes.current());
		assertThat(root.isCancelled()).isFalse();
		assertThat(root.reason()).isEmpty();
		assertThat(root.deadline()).isEmpty();
		assertThat(root.remaining()).isEmpty();
		assertThatNoException().isThrownBy(root::check);
	}

	@Test
	void rootIsNotToBeCancelled() {
		CancelScope root = CancelScope.current();

		assertThatIllegalStateException().isThrownBy(root::cancel).withMessageContaining("Open a scope with");
		assertThatIllegalStateException().isThrownBy(() -> root.cancel("m"));
		assertThatIllegalStateException().isThrownBy(() -> root.cancel("m", new Exception()));
		assertThatIllegalStateException().isThrownBy(() -> root.cancel(CancelReason.Kind.SHUTDOWN, "m", null));
		assertThatIllegalStateException().isThrownBy(() -> this.scopes.cancel("m"));
		assertThatNullPointerException().isThrownBy(() -> root.cancel(null)).withMessage("message");
	}

	@Test
	void askingWithoutAScopeIsLegal() {
		assertThat(this.scopes.isCancelled()).isFalse();
		assertThat(this.scopes.remaining()).isEmpty();
		assertThatNoException().isThrownBy(this.scopes::check);
	}

	@Test
	void askingAsksTheCurrentScope() {
		this.scopes.run(ScopeOptions.none(), (scope) -> {
			assertThat(this.scopes.cancel("enough")).isTrue();
			assertThat(this.scopes.cancel("again")).isFalse();

			assertThat(scope.isCancelled()).isTrue();
			assertThat(this.scopes.isCancelled()).isTrue();
			assertThat(this.scopes.remaining()).isPresent();
		});
	}

	@Test
	void callbackOfTheRootNeverRuns() {
		Registration registration = CancelScope.current().onCancel(this.trail.adding("never"));

		assertThat(registration.unregister()).isTrue();
		registration.close();

		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void taskWrappedAtTheRootRunsWithoutAScope() throws Exception {
		CancelScope root = CancelScope.current();
		Callable<String> callable = root.wrap((Callable<String>) () -> CancelScope.current().name());

		try (OpenScope scope = this.scopes.open(ScopeOptions.named("scope"))) {
			assertThat(callable.call()).isEqualTo("root");
			assertThat(root.wrapSupplier(() -> CancelScope.current().name()).get()).isEqualTo("root");
			root.wrap(Runnable::run).execute(() -> this.trail.add(CancelScope.current().name()));
			root.wrap(() -> this.trail.add(CancelScope.current().name())).run();
			assertThat(CancelScope.current()).isSameAs(scope);
		}

		assertThat(this.trail.words()).containsExactly("root", "root");
	}

	@Test
	void attachedRootHidesTheScopeAround() {
		CancelScope root = CancelScope.current();
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("scope"))) {
			try (Registration attached = root.attach()) {
				assertThat(attached).isNotNull();
				assertThat(CancelScope.current()).isSameAs(root);
				this.scopes.run(ScopeOptions.none(),
						(inner) -> assertThat(scope.cancel() && inner.isCancelled()).isFalse());
			}
			assertThat(CancelScope.current()).isSameAs(scope);
		}
	}

	@Test
	void rootNamesItself() {
		CancelScope root = CancelScope.current();

		assertThat(root).hasToString("CancelScope[root]");
		assertThat(root.wrap((Runnable) new Named("task"))).hasToString("task in CancelScope[root]");
	}

	/** A task that is known by its name. */
	private record Named(String name) implements Runnable {

		@Override
		public void run() {
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

}
