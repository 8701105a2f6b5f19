package io.cancelscope.docs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The code of {@code docs/guides} that needs no Spring, which is cut from here.
 */
@Timeout(30)
class GuideSnippetTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = this.time.scopes();

	private final List<String> printed = new ArrayList<>();

	private void print(Object line) {
		this.printed.add(String.valueOf(line));
	}

	@Test
	void whoseBudgetItWas() {
		// tag::whose[]
		ScopeOptions request = ScopeOptions.named("request").withTimeout(Duration.ofMillis(300));
		ScopeOptions search = ScopeOptions.named("search").withTimeout(Duration.ofSeconds(2));
		try {
			scopes.run(request, (outer) -> scopes.run(search, (inner) -> ask(inner)));
		}
		catch (ScopeCancelledException ex) {
			print(ex.getMessage());
			print(ex.reason().kind() + " in " + ex.reason().origin());
		}
		// end::whose[]
		assertThat(this.printed).containsExactly("scope 'search' (2s) exceeded its deadline, set by 'request'",
				"DEADLINE in request");
	}

	private void ask(CancelScope scope) {
		this.time.advance(Duration.ofSeconds(1));
		scope.check();
	}

	@Test
	void operationThatEndsInAnotherMethod() {
		Upload upload = new Upload(this.scopes);
		upload.part("one");
		this.time.advance(Duration.ofSeconds(29));
		upload.part("two");
		this.time.advance(Duration.ofSeconds(1));

		assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() -> upload.part("three"))
			.withMessage("scope 'upload' (30s) exceeded its deadline");
		assertThat(upload.stored).containsExactly("one", "two");
		assertThat(CancelScope.current().name()).isEqualTo("root");
		upload.ended();

		Upload failed = new Upload(this.scopes);
		failed.failed(new IllegalStateException("disk full"));
		assertThat(failed.scope.reason()).map(CancelReason::kind).contains(CancelReason.Kind.FAILED);
		assertThat(this.time.pending()).isZero();
	}

	// tag::unbound[]
	static class Upload {

		private final OpenScope scope;

		Upload(CancelScopes scopes) {
			this.scope = scopes.openUnbound(ScopeOptions.named("upload").withTimeout(Duration.ofSeconds(30)));
		}

		void part(String part) { // for each part, on any thread
			CancelScope.Registration attached = this.scope.attach();
			try {
				store(part);
			}
			finally {
				attached.close();
			}
		}

		void failed(Throwable failure) {
			this.scope.failed(failure); // stops what still runs in the scope
			ended();
		}

		void ended() {
			this.scope.close();
		}

		// hide[]
		private final List<String> stored = new ArrayList<>();

		private void store(String part) {
			CancelScope.current().check();
			this.stored.add(part);
		}
		// show[]

	}
	// end::unbound[]

	@Test
	void endOfTheApplication() throws InterruptedException {
		// tag::shutdown[]
		CancelScopes scopes = CancelScopes.builder().rememberOpen().build();
		Runnable stop = () -> scopes.cancelAll(CancelReason.Kind.SHUTDOWN, "the application stops");
		// end::shutdown[]
		try (OpenScope open = scopes.open(ScopeOptions.named("import"))) {
			stop.run();

			assertThat(open.reason()).map(CancelReason::message).contains("the application stops");
			assertThat(scopes.awaitClosed(Duration.ZERO)).isOne();
		}
		assertThat(scopes.awaitClosed(Duration.ofSeconds(2))).isZero();
	}

}
