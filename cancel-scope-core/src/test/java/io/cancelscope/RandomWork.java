package io.cancelscope;

import java.util.ArrayList;
import java.util.List;

/**
 * The carried work of one {@link RandomTreeRun}: attachments and wrapped tasks that begin
 * and end at random on a few threads, and may outlive their scopes.
 */
final class RandomWork {

	private final RandomTreeRun run;

	private final List<RandomLane> lanes = new ArrayList<>();

	RandomWork(RandomTreeRun run, List<DrivenThread> threads) {
		this.run = run;
		threads.forEach((thread) -> this.lanes.add(new RandomLane(run, this.lanes.size(), thread)));
	}

	boolean isPossible() {
		return !this.lanes.isEmpty();
	}

	/** One thread does something, or something happens to the scope it is in. */
	void step() {
		RandomLane lane = this.lanes.get(this.run.random.nextInt(this.lanes.size()));
		int dice = this.run.random.nextInt(100);
		if (lane.isIdle()) {
			lane.begin(someScopeWithMore(), dice < 70);
		}
		else if (dice < 20) {
			this.run.close(lane.placeServing());
		}
		else if (dice < 24) {
			this.run.cancel(lane.placeServing());
		}
		else if (dice < 34) {
			lane.begin(someScopeWithMore(), true);
		}
		else {
			lane.goOn();
		}
	}

	/** Most often one that is open inside another: only its work can move up. */
	private int someScopeWithMore() {
		int index = this.run.someScope();
		for (int i = 0; i < 9 && !this.run.model.get(index).hasOpenParent(); i++) {
			index = this.run.someScope();
		}
		return index;
	}

	/** Waits have ended where the model says so, as it says, and go on elsewhere. */
	void compare() {
		this.lanes.forEach(RandomLane::compare);
	}

	/** How many threads sleep: each sleep has a timer of its own. */
	long timedSleeps() {
		return this.lanes.stream().filter((lane) -> lane.sleepEnd() != Long.MAX_VALUE).count();
	}

	/** When the next sleep is over. */
	long nextSleepEnd() {
		return this.lanes.stream().mapToLong(RandomLane::sleepEnd).min().orElse(Long.MAX_VALUE);
	}

	/** A sleep ends now, unless a cancellation came before. */
	void sleepEnded() {
		this.lanes.stream().filter((lane) -> lane.sleepEnd() == this.run.tree.now()).forEach(RandomLane::endWait);
	}

	/** Ends all that still goes on. */
	void finish() {
		for (long end = nextSleepEnd(); end != Long.MAX_VALUE; end = nextSleepEnd()) {
			this.run.advanceTo(end);
		}
		this.lanes.forEach(RandomLane::finish);
	}

	long waitsWokenAfterMovingUp() {
		return this.lanes.stream().mapToLong(RandomLane::waitsWokenAfterMovingUp).sum();
	}

}
