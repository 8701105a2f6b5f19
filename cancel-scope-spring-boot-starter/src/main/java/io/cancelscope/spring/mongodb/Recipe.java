package io.cancelscope.spring.mongodb;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import com.mongodb.CursorType;
import org.jspecify.annotations.Nullable;

/**
 * The calls that made an iterable or a publisher. They are repeated when its operation
 * begins: not before then is it known which scope the operation is in, and how much of
 * its budget is left.
 */
final class Recipe {

	/** The client, database or collection, as the driver has made it. */
	private final Object handle;

	private final Call first;

	/** What has been set on the result of the first call, or the last one before. */
	private final List<Call> steps = new CopyOnWriteArrayList<>();

	/** What this one goes on from, such as the iterable that is mapped. */
	private final @Nullable Recipe before;

	private Recipe(Object handle, Call first, @Nullable Recipe before) {
		this.handle = handle;
		this.first = first;
		this.before = before;
	}

	static Recipe of(Object handle, Call first) {
		return new Recipe(handle, first, null);
	}

	/** Goes on with a call that returns another object. */
	Recipe then(Call call) {
		return new Recipe(this.handle, call, this);
	}

	/** Goes on with a call that returns the same object. */
	void add(Call call) {
		this.steps.add(call);
	}

	Object handle() {
		return this.handle;
	}

	/** The call of the client, database or collection. */
	Call root() {
		Recipe before = this.before;
		return (before != null) ? before.root() : this.first;
	}

	/**
	 * Repeats the calls.
	 * @param handle what to begin with, maybe with another timeout
	 * @param session a session of the library's own, or {@code null}
	 * @param withSession the method that takes it, or {@code null}
	 */
	Object repeat(Object handle, @Nullable Object session, @Nullable Method withSession) {
		Recipe before = this.before;
		Object result;
		if (before != null) {
			result = this.first.on(before.repeat(handle, session, withSession));
		}
		else if (session != null && withSession != null) {
			result = this.first.on(handle, session, withSession);
		}
		else {
			result = this.first.on(handle);
		}
		Object made = Objects.requireNonNull(result);
		for (Call step : this.steps) {
			step.on(made);
		}
		return made;
	}

	/** Whether the last call that returned another object has this name. */
	boolean isCalled(String name) {
		return this.first.name().equals(name);
	}

	/** Whether it has no end, so that no deadline makes sense for the driver. */
	boolean isEndless() {
		return root().name().equals("watch") || hasStep(Recipe::isTailable);
	}

	/** Whether the driver refuses a timeout that is not longer than another one. */
	boolean waitsInServer() {
		return hasStep((call) -> call.name().equals("maxAwaitTime"));
	}

	private static boolean isTailable(Call call) {
		return call.argument(0) instanceof CursorType type && type.isTailable();
	}

	private boolean hasStep(Predicate<Call> which) {
		Recipe before = this.before;
		return this.steps.stream().anyMatch(which) || (before != null && before.hasStep(which));
	}

	/** The maximum time in the server that the application has set, or 0. */
	long maxTime() {
		Recipe before = this.before;
		long longest = (before != null) ? before.maxTime() : Budget.maxTime(this.first);
		for (Call step : this.steps) {
			if (step.name().equals("maxTime") && step.argument(0) instanceof Long time
					&& step.argument(1) instanceof TimeUnit unit) {
				longest = unit.toMillis(time);
			}
		}
		return longest;
	}

}
