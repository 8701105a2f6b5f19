package io.cancelscope;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.TreeModel.Reason;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The callbacks of one {@link RandomTreeRun}: each one real and one of the model's.
 */
final class RandomCallbacks {

	private final TreeModel tree;

	private final Random random;

	private final List<String> log;

	private final List<Entry> entries = new ArrayList<>();

	RandomCallbacks(TreeModel tree, Random random, List<String> log) {
		this.tree = tree;
		this.random = random;
		this.log = log;
	}

	/** Registers, on the calling thread, what the model has registered already. */
	Entry register(CancelScope scope, TreeSleeper sleeper) {
		Entry entry = new Entry(this.entries.size(), sleeper);
		this.entries.add(entry);
		entry.registration = scope.onCancel(entry.told::add);
		return entry;
	}

	int count() {
		return this.entries.size();
	}

	void takeBackAny() {
		if (!this.entries.isEmpty()) {
			takeBack(this.entries.get(this.random.nextInt(this.entries.size())));
		}
	}

	void takeBack(Entry entry) {
		this.log.add("take back callback " + entry.number);
		this.tree.takeBack(entry.sleeper);

		assertThat(entry.registration().unregister()).as("callback %d is taken back", entry.number)
			.isEqualTo(entry.sleeper.reason() == null);
	}

	void compare() {
		for (Entry entry : this.entries) {
			Reason expected = entry.sleeper.reason();
			assertThat(entry.told).as("what callback %d was told", entry.number)
				.extracting((reason) -> new Reason(reason.kind(), reason.origin()))
				.isEqualTo((expected != null) ? List.of(expected) : List.of());
		}
	}

	/** How many ran that had moved up before, since their own scope had closed. */
	long wokenAfterMovingUp() {
		return this.entries.stream()
			.filter((entry) -> entry.sleeper.hasMovedUp() && entry.sleeper.reason() != null)
			.count();
	}

	/** One callback. */
	static final class Entry {

		private final int number;

		private final TreeSleeper sleeper;

		private final List<CancelReason> told = new ArrayList<>();

		private @Nullable Registration registration;

		private Entry(int number, TreeSleeper sleeper) {
			this.number = number;
			this.sleeper = sleeper;
		}

		private Registration registration() {
			assertThat(this.registration).isNotNull();
			return this.registration;
		}

	}

}
