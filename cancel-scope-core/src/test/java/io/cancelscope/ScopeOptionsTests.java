package io.cancelscope;

import java.util.List;
import java.util.function.UnaryOperator;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Options say what they are, and a change of one changes no other.
 */
@ExtendWith(ThreadStaysClean.class)
class ScopeOptionsTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	@Test
	void keyIsThatOfTheScope() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("order").withKey("order-42"));
				OpenScope inner = this.scopes.open(ScopeOptions.named("inner"))) {
			assertThat(scope.key()).contains("order-42");
			assertThat(inner.key()).isEmpty();
		}
		assertThat(CancelScope.current().key()).isEmpty();
	}

	@Test
	void keyIsTakenAwayByNull() {
		ScopeOptions options = ScopeOptions.none().withKey("order-42").withKey(null);

		assertThat(options.key()).isEmpty();
		assertThat(options.toString()).doesNotContain("order-42", "key");
	}

	@Test
	void keyAppearsInTheText() {
		assertThat(ScopeOptions.named("order").withKey("order-42"))
			.hasToString("ScopeOptions['order', key 'order-42']");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "\t\n" })
	void blankKeyIsRefused(String blank) {
		assertThatIllegalArgumentException().isThrownBy(() -> ScopeOptions.named("order").withKey(blank))
			.withMessageContainingAll("'order'", "must not be blank, but was '" + LogText.of(blank) + "'",
					"or null for none");
	}

	@Test
	void keyOfMoreThanTwoHundredCharactersIsRefusedAndShownInPart() {
		String longest = "k".repeat(200);

		assertThat(ScopeOptions.none().withKey(longest).key()).contains(longest);
		assertThatIllegalArgumentException().isThrownBy(() -> ScopeOptions.named("order").withKey(longest + "k"))
			.withMessageContainingAll("'order'", "at most 200", "has 201", "'" + "k".repeat(40) + "…'")
			.satisfies((ex) -> assertThat(ex.getMessage().length()).isLessThan(200));
	}

	@Test
	void hugeBlankKeyIsNotRepeated() {
		assertThatIllegalArgumentException().isThrownBy(() -> ScopeOptions.none().withKey(" ".repeat(1_000_000)))
			.satisfies((ex) -> assertThat(ex.getMessage().length()).isLessThan(200));
	}

	@ParameterizedTest
	@CsvSource({ "38, 38, 1", "39, 39, 0", "40, 40, 0", "41, 40, 0", "42, 40, 0" })
	void longKeyIsNotCutInTheMiddleOfACharacter(int letters, int shownLetters, int shownSigns) {
		String sign = "\uD83D\uDED1";
		String key = "k".repeat(letters) + sign.repeat(100);

		assertThatIllegalArgumentException().isThrownBy(() -> ScopeOptions.none().withKey(key))
			.withMessageContaining(": '" + "k".repeat(shownLetters) + sign.repeat(shownSigns) + "…'");
	}

	@Test
	void nothingAskedForIsNothing() {
		ScopeOptions none = ScopeOptions.none();

		assertThat(none.name()).isEqualTo("unnamed");
		assertThat(none.key()).isEmpty();
		assertThat(none.timeout()).isEmpty();
		assertThat(none.deadline()).isEmpty();
		assertThat(switches(none)).containsOnly(false);
		assertThat(none).hasToString("ScopeOptions['unnamed']");
	}

	@Test
	void eachSwitchIsReadByItsOwnGetter() {
		List<UnaryOperator<ScopeOptions>> all = List.of(ScopeOptions::shield, ScopeOptions::bubble,
				ScopeOptions::interrupt, ScopeOptions::detached, ScopeOptions::checkOnEnter, ScopeOptions::checkOnExit);

		for (int i = 0; i < all.size(); i++) {
			List<Boolean> read = switches(all.get(i).apply(ScopeOptions.none()));
			assertThat(read).hasSize(all.size()).filteredOn((on) -> on).hasSize(1);
			assertThat(read.get(i)).isTrue();
		}
	}

	@Test
	void changeOfOneKeepsAllOthers() {
		Deadline deadline = this.scopes.deadline(seconds(9));
		ScopeOptions full = ScopeOptions.named("order")
			.withKey("order-42")
			.withTimeout(seconds(5))
			.withDeadline(deadline)
			.shield()
			.bubble()
			.interrupt()
			.detached()
			.checkOnEnter()
			.checkOnExit();
		List<UnaryOperator<ScopeOptions>> changes = List.of((o) -> o.withName("order"), (o) -> o.withKey("order-42"),
				(o) -> o.withTimeout(seconds(5)), (o) -> o.withDeadline(deadline), ScopeOptions::shield,
				(o) -> o.cancelOnException(false), (o) -> o.cancelOnException((ex) -> false),
				(o) -> o.exception((reason) -> null), (o) -> o.exceptionFrom((ours) -> null));

		for (UnaryOperator<ScopeOptions> change : changes) {
			ScopeOptions changed = change.apply(full);
			assertThat(changed).hasToString(full.toString());
			assertThat(changed.name()).isEqualTo("order");
			assertThat(changed.key()).contains("order-42");
			assertThat(changed.timeout()).contains(seconds(5));
			assertThat(changed.deadline()).containsSame(deadline);
			assertThat(switches(changed)).containsOnly(true);
		}
	}

	@Test
	void timeoutAndDeadlineAreTakenAwayByNull() {
		ScopeOptions options = ScopeOptions.timeout(seconds(1)).withDeadline(this.scopes.deadline(seconds(1)));

		ScopeOptions without = options.withTimeout(null).withDeadline(null);

		assertThat(without.timeout()).isEmpty();
		assertThat(without.deadline()).isEmpty();
		try (OpenScope scope = this.scopes.open(without)) {
			assertThat(scope.deadline()).isEmpty();
		}
	}

	@Test
	void optionsAreNotChangedByThoseMadeFromThem() {
		ScopeOptions options = ScopeOptions.named("order");

		options.withKey("order-42").withTimeout(seconds(1)).shield();

		assertThat(options).hasToString("ScopeOptions['order']");
	}

	@Test
	void nullIsNamed() {
		assertThatNullPointerException().isThrownBy(() -> ScopeOptions.timeout(null)).withMessage("timeout");
		assertThatNullPointerException().isThrownBy(() -> ScopeOptions.named(null)).withMessage("name");
	}

	private static List<Boolean> switches(ScopeOptions options) {
		return List.of(options.shields(), options.bubbles(), options.interrupts(), options.isDetached(),
				options.checksOnEnter(), options.checksOnExit());
	}

}
