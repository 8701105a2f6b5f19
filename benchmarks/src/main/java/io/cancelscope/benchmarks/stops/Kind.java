package io.cancelscope.benchmarks.stops;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

import io.cancelscope.benchmarks.stops.Times.What;

/**
 * All scenarios.
 */
enum Kind {

	/** A statement that takes its time in the database. */
	QUERY(1_500, 280, SlowQuery::new, What.ANSWER, What.GONE),

	/** A service that does not answer, asked by the JDK's client. */
	HTTP(1_500, 280, (stage) -> new SilentPeer(stage, false), What.ANSWER, What.GONE),

	/** The same, asked by Apache's client. */
	HTTP_COMPONENTS(1_500, 280, (stage) -> new SilentPeer(stage, true), What.ANSWER, What.GONE),

	/** A wait that an interrupt ends. */
	WAIT(1_500, 280, BareWait::new, What.ANSWER, What.GONE),

	/** Work that nothing ends. */
	DEAF(1_500, 280, DeafBody::inPlace, What.ANSWER, What.GONE),

	/** The same, where the caller can leave it behind. */
	DEAF_LEFT(1_500, 280, DeafBody::left, Rival::canLeave, What.ANSWER, What.GONE),

	/** Three budgets inside each other, of which the outermost ends first. */
	NESTED(1_700, 280, NestedBudgets::new, What.ANSWER, What.GONE),

	/** Work on another thread. */
	ASYNC(1_500, 280, AsyncChild::new, What.ANSWER, What.GONE),

	/** Three tasks at once, one of which fails. */
	FAN_OUT(1_500, 45, FailingFanOut::new, What.ANSWER, What.GONE),

	/** The caller hangs up. Counted from then on. */
	LEAVE(1_400, 0, ClientLeaves::new, What.GONE),

	/** The caller sends its deadline. */
	HEADER(1_500, 280, CallersDeadline::new, Rival::readsDeadlines, What.ANSWER, What.GONE),

	/** A transaction that is not done in time. */
	TRANSACTION(1_500, 280, LateTransaction::new, What.ANSWER, What.GONE);

	private final double natural;

	private final double least;

	private final Scenario.Opening opening;

	private final Predicate<Rival> possible;

	private final List<What> whats;

	Kind(double natural, double least, Scenario.Opening opening, What... whats) {
		this(natural, least, opening, (rival) -> true, whats);
	}

	Kind(double natural, double least, Scenario.Opening opening, Predicate<Rival> possible, What... whats) {
		this.natural = natural;
		this.least = least;
		this.opening = opening;
		this.possible = possible;
		this.whats = List.copyOf(Arrays.asList(whats));
	}

	/** Whether that is the time that it takes if nobody stops it. */
	boolean isNatural(double millis) {
		return millis > this.natural - 40;
	}

	/** Whether it cannot have been the budget that ended it. */
	boolean isTooSoon(double millis) {
		return millis < this.least;
	}

	boolean isPossible(Rival rival) {
		return this.possible.test(rival);
	}

	List<What> whats() {
		return this.whats;
	}

	Scenario open(Stage stage) throws Exception {
		return this.opening.open(stage);
	}

	/** As the names of figures begin. */
	String id() {
		return "Stops." + name().toLowerCase(Locale.ROOT).replace('_', '-') + ".";
	}

	String figure(What what, Contender contender) {
		return id() + what.name().toLowerCase(Locale.ROOT) + "/" + contender.id();
	}

}
