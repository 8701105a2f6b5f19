package io.cancelscope.spring;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.TimeSource;
import io.cancelscope.spring.BudgetCommands.Sent;
import io.cancelscope.spring.CancelScopeProperties.Mode;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Changes at run time: which one counts, when it ends, and what it leaves behind.
 */
@ExtendWith(OutputCaptureExtension.class)
class BudgetChangesTests {

	private static final Instant NOW = Instant.parse("2026-11-30T03:00:00Z");

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final ManualTime time = new ManualTime();

	private final ScopeSettings settings = SettingsFixture
		.inFile(Map.of("cancel-scope.timeouts.quotes", "2s", "cancel-scope.modes.import", "observe"))
		.settings();

	private final List<BudgetCommand> sent = new ArrayList<>();

	private Sent answer = Sent.OFF;

	private final BudgetChanges changes = changes(this.time, Runnable::run);

	private BudgetChanges changes(TimeSource time, Executor threads) {
		return new BudgetChanges(this.settings, time, () -> (command) -> {
			this.sent.add(command);
			return this.answer;
		}, () -> NOW, threads);
	}

	@Test
	void changeOfANameCountsForIt() {
		change("quotes", 800, null, null);

		assertThat(this.settings.timeoutOf("quotes")).contains(Duration.ofMillis(800));
		assertThat(this.settings.budgetOf("quotes"))
			.isEqualTo(new ScopeBudget(Duration.ofMillis(800), "changed by ada"));
		assertThat(this.settings.modeOf("quotes")).isEqualTo(Mode.ENFORCE);
		assertThat(this.settings.timeoutOf("other")).isEmpty();
		assertThat(this.settings.configuredTimeoutOf("quotes")).contains(Duration.ofSeconds(2));
	}

	@Test
	void changeOfAllNamesCountsForEachOfThem() {
		change(null, 800, Mode.OBSERVE, null);

		for (String name : List.of("quotes", "other")) {
			assertThat(this.settings.timeoutOf(name)).contains(Duration.ofMillis(800));
			assertThat(this.settings.modeOf(name)).isEqualTo(Mode.OBSERVE);
			assertThat(this.settings.configuredModeOf(name)).isEqualTo(Mode.ENFORCE);
		}
	}

	@Test
	void laterOneCountsForTimeoutAndModeApart() {
		change("quotes", 800, Mode.ENFORCE, null);
		change(null, null, Mode.OBSERVE, null);

		assertThat(this.settings.timeoutOf("quotes")).contains(Duration.ofMillis(800));
		assertThat(this.settings.modeOf("quotes")).as("the kill switch came later").isEqualTo(Mode.OBSERVE);
		change("quotes", null, Mode.ENFORCE, null);
		assertThat(this.settings.modeOf("quotes")).isEqualTo(Mode.ENFORCE);
		assertThat(this.settings.modeOf("other")).isEqualTo(Mode.OBSERVE);
	}

	@Test
	void earlierOneCountsAgainWhenTheLaterIsOver() {
		change("quotes", 800, null, null);
		change(null, 100, null, MINUTE);
		assertThat(this.settings.timeoutOf("quotes")).contains(Duration.ofMillis(100));

		this.time.advance(MINUTE);

		assertThat(this.settings.timeoutOf("quotes")).contains(Duration.ofMillis(800));
		assertThat(this.settings.timeoutOf("other")).isEmpty();
	}

	@Test
	void changeEndsWithItsTime(CapturedOutput output) {
		change("quotes", 800, Mode.OBSERVE, MINUTE);

		assertThat(this.time.pending()).isOne();
		this.time.advance(MINUTE.minusNanos(1));
		assertThat(this.settings.modeOf("quotes")).isEqualTo(Mode.OBSERVE);
		this.time.advance(Duration.ofNanos(1));

		assertThat(this.settings.changed()).as("reading costs as little as before").isNull();
		assertThat(this.settings.timeoutOf("quotes")).contains(Duration.ofSeconds(2));
		assertThat(this.time.pending()).isZero();
		assertThat(output).contains(
				"The budget of scope 'quotes' was changed at run time by 'ada': timeout=800ms, mode=observe, until"
						+ " 2026-11-30T03:01:00Z. Open scopes keep theirs",
				"The time of a change of the budget of scope 'quotes' is over: timeout=800ms, mode=observe."
						+ " What is configured applies again");
	}

	@Test
	void partsOfAChangeEndSeparately() {
		change("quotes", 800, null, Duration.ofMinutes(2));
		change("quotes", null, Mode.OBSERVE, MINUTE);

		assertThat(changed("quotes"))
			.isEqualTo(new BudgetChange(Duration.ofMillis(800), Mode.OBSERVE, "ada", NOW, NOW.plus(MINUTE), false));
		this.time.advance(MINUTE);
		assertThat(changed("quotes")).isEqualTo(
				new BudgetChange(Duration.ofMillis(800), null, "ada", NOW, NOW.plus(Duration.ofMinutes(2)), false));
		this.time.advance(MINUTE);
		assertThat(this.settings.changed()).isNull();
	}

	@Test
	void replacedChangeLeavesNoTimer() {
		for (int i = 1; i <= 100; i++) {
			change("quotes", i, Mode.OBSERVE, MINUTE);
		}
		assertThat(this.time.pending()).isOne();
		change("quotes", 800, null, null);
		assertThat(this.time.pending()).as("for the mode").isOne();
		change("quotes", null, Mode.ENFORCE, null);
		assertThat(this.time.pending()).isZero();

		this.time.advance(MINUTE);
		assertThat(this.settings.timeoutOf("quotes")).contains(Duration.ofMillis(800));
	}

	/** Race: the time of a change is over, and another change replaces it before. */
	@Test
	void endOfAChangeLeavesTheOneThatReplacedIt() {
		Queue<Runnable> ends = new ArrayDeque<>();
		BudgetChanges changes = changes(this.time, ends::add);
		changes.execute(BudgetCommand.change("quotes", Duration.ofMillis(800), Mode.OBSERVE, MINUTE, null));
		this.time.advance(MINUTE);
		assertThat(ends).hasSize(1);

		changes.execute(BudgetCommand.change("quotes", Duration.ofMillis(900), null, null, null));
		ends.remove().run();

		assertThat(this.settings.timeoutOf("quotes")).contains(Duration.ofMillis(900));
		assertThat(this.settings.modeOf("quotes")).isEqualTo(Mode.ENFORCE);
	}

	/** Race: a change is reverted before the timer that is to end it is stored. */
	@Test
	void timerOfAChangeThatIsGoneAlreadyIsCancelled() {
		AtomicInteger cancelled = new AtomicInteger();
		BudgetChanges[] changes = new BudgetChanges[1];
		TimeSource slow = new TimeSource() {

			@Override
			public long nanoTime() {
				return 0;
			}

			@Override
			public Runnable schedule(Runnable task, long delayNanos) {
				changes[0].execute(BudgetCommand.reset(null, null));
				return cancelled::incrementAndGet;
			}

		};
		changes[0] = changes(slow, Runnable::run);

		changes[0].execute(BudgetCommand.change("quotes", Duration.ofMillis(800), null, MINUTE, null));

		assertThat(cancelled).hasValue(1);
		assertThat(this.settings.changed()).isNull();
	}

	@Test
	void changesAreReverted(CapturedOutput output) {
		change("quotes", 800, null, MINUTE);
		change("import", 800, Mode.ENFORCE, null);
		change(null, null, Mode.OBSERVE, MINUTE);

		this.changes.execute(BudgetCommand.reset("import", "ada"));
		assertThat(changed("import")).isNull();
		assertThat(changed("quotes")).isNotNull();
		this.changes.execute(BudgetCommand.reset(null, null));

		assertThat(this.settings.changed()).isNull();
		assertThat(this.time.pending()).isZero();
		assertThat(output).contains(
				"Changes of the budget of scope 'import' were reverted at run time by 'ada'. What is configured",
				"Changes of the budget of all scopes were reverted at run time. What is configured");
	}

	@Test
	void nothingIsLeftOfAClosedContext() {
		change("quotes", 800, null, MINUTE);

		this.changes.destroy();

		assertThat(this.time.pending()).isZero();
		assertThat(this.settings.changed()).isNull();
		change("quotes", 800, null, MINUTE);
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void namesAreBounded() {
		for (int i = 0; i < BudgetChanges.MOST_NAMES; i++) {
			change("name" + i, 800, null, null);
		}

		assertThatIllegalArgumentException().isThrownBy(() -> change("one more", 800, null, null))
			.withMessage("Cannot change the budget of 'one more': 1000 other names are changed, which is the highest"
					+ " number. Revert changes that are not needed any more, or change all names at once.");
		assertThat(this.sent).as("refused before others hear of it").hasSize(BudgetChanges.MOST_NAMES);
		change("name7", 900, null, null);
		this.changes.execute(BudgetCommand.reset("unknown", null));
		this.changes.execute(BudgetCommand.reset("name8", null));
		change("one more", 800, null, null);
	}

	@Test
	void commandsAreSentToOtherNodes(CapturedOutput output) {
		this.answer = Sent.SENT;
		change("quotes", 800, null, null);
		assertThat(changed("quotes").everywhere()).isTrue();
		this.answer = Sent.FAILED;
		change("quotes", 900, null, null);

		assertThat(changed("quotes").everywhere()).isFalse();
		assertThat(this.sent).hasSize(2);
		assertThat(output).containsOnlyOnce("Could not send a change of budgets to the other nodes");
	}

	@Test
	void commandsOfOtherNodesAreNotSentOn(CapturedOutput output) {
		this.changes.received(BudgetCommand.change("quotes", Duration.ofMillis(800), null, null, "ada"), "b");

		assertThat(this.sent).isEmpty();
		assertThat(changed("quotes").everywhere()).isTrue();
		assertThat(output).contains("was changed at run time by 'ada', sent by node 'b': timeout=800ms, until the next"
				+ " start. Open scopes keep theirs");
	}

	/** The name of a scope is cleaned, too. */
	@Test
	void namesAreThoseThatScopesHave(CapturedOutput output) {
		change("GET /a\nWARN forged", 800, null, null);

		assertThat(this.settings.timeoutOf("GET /a\nWARN forged")).contains(Duration.ofMillis(800));
		assertThat(this.settings.timeoutOf("GET /a\\nWARN forged")).contains(Duration.ofMillis(800));
		assertThat(output.toString().lines()).noneMatch((line) -> line.startsWith("WARN forged"));
	}

	private BudgetChange changed(String name) {
		ChangedSettings changed = this.settings.changed();
		return (changed != null) ? changed.changeOf(name) : null;
	}

	private void change(String name, Integer millis, Mode mode, Duration duration) {
		this.changes.execute(
				BudgetCommand.change(name, (millis != null) ? Duration.ofMillis(millis) : null, mode, duration, "ada"));
	}

}
