package io.cancelscope.spring;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * A setting in use: whether a scope had it, and which.
 *
 * @param <V> what is set
 */
final class NamedSetting<V> {

	private final ScopeSetting setting;

	private final V value;

	/** The first scope that it was found for. */
	private final AtomicReference<@Nullable String> name = new AtomicReference<>();

	private final AtomicBoolean warned = new AtomicBoolean();

	NamedSetting(ScopeSetting setting, V value) {
		this.setting = setting;
		this.value = value;
	}

	ScopeSetting setting() {
		return this.setting;
	}

	V value() {
		return this.value;
	}

	/** Returns the name of the scope that has it, the first if there are several. */
	String takenBy(String name) {
		String taken = this.name.get();
		if (taken != null) {
			return taken;
		}
		return this.name.compareAndSet(null, name) ? name : takenBy(name);
	}

	boolean isUsed() {
		return this.name.get() != null;
	}

	/** Returns whether this is the first warning about it. */
	boolean isFirstWarning() {
		return this.warned.compareAndSet(false, true);
	}

	@Override
	public String toString() {
		return this.setting.toString();
	}

}
