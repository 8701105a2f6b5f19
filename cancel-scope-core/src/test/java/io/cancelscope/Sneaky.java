package io.cancelscope;

import java.io.IOException;

/**
 * What foreign code may throw where nothing checked is declared, as Kotlin and Lombok do.
 */
enum Sneaky {

	UNCHECKED {
		@Override
		Throwable make() {
			return new IllegalStateException("on purpose");
		}
	},

	CHECKED {
		@Override
		Throwable make() {
			return new IOException("on purpose");
		}
	},

	ERROR {
		@Override
		Throwable make() {
			return new AssertionError("on purpose");
		}
	},

	STACK_OVERFLOW {
		@Override
		Throwable make() {
			return new StackOverflowError("on purpose");
		}
	},

	OUT_OF_THREADS {
		@Override
		Throwable make() {
			return new OutOfMemoryError("unable to create native thread");
		}
	};

	abstract Throwable make();

	/** Throws a fresh one. */
	RuntimeException raise() {
		return raise(make());
	}

	/** Throws whatever it is; declared to return so that a method may end with it. */
	static RuntimeException raise(Throwable ex) {
		return Sneaky.<RuntimeException>raiseAs(ex);
	}

	@SuppressWarnings("unchecked")
	private static <X extends Throwable> RuntimeException raiseAs(Throwable ex) throws X {
		throw (X) ex;
	}

}
