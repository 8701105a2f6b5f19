package io.cancelscope;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * In a deep tree a scope that closes answers for the one above it: that one's view must
 * be right by then, also where a closed scope lies between the two.
 */
@ExtendWith(ThreadStaysClean.class)
class DeepViewTests {

	private static final int DEEP = 50;

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private OpenScope budget;

	private OpenScope above;

	@BeforeEach
	void openADeepTree() {
		OpenScope top = this.scopes.openUnbound(ScopeOptions.named("top"));
		this.budget = openIn(top, this.scopes, ScopeOptions.timeout(seconds(1000)));
		this.above = this.budget;
		for (int i = 0; i < DEEP; i++) {
			this.above = openIn(this.above, this.scopes, ScopeOptions.named("scope " + i));
		}
	}

	private void assertThatTheNewDeadlineCounts() {
		assertThat(this.above.remaining()).contains(seconds(10));
		this.time.advance(seconds(10));
		assertThat(this.above.isCancelled()).isTrue();
	}

	@Test
	void scopeThatClosesBelowAClosedOneWithAFactoryAnswersForTheOneAbove() {
		OpenScope factory = openIn(this.above, this.scopes,
				ScopeOptions.none().exception((reason) -> new IllegalStateException("late")));
		OpenScope leaf = openIn(factory, this.scopes, ScopeOptions.timeout(seconds(900)));
		leaf.wrap(() -> {
		});

		factory.close();
		this.budget.reschedule(seconds(10));
		assertThat(leaf.remaining()).contains(seconds(10));
		leaf.close();

		assertThatTheNewDeadlineCounts();
	}

	@Test
	void scopeThatClosesBelowAnOpenOneAnswersForTheOneAbove() {
		OpenScope leaf = openIn(this.above, this.scopes, ScopeOptions.timeout(seconds(900)));
		leaf.wrap(() -> {
		});

		this.budget.reschedule(seconds(10));
		assertThat(leaf.remaining()).contains(seconds(10));
		leaf.close();

		assertThatTheNewDeadlineCounts();
	}

}
