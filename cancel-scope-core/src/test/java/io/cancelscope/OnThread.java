package io.cancelscope;

import java.util.concurrent.ThreadFactory;

import io.cancelscope.testing.VirtualThreads;
import io.cancelscope.thread.ScopeThreads;
import org.junit.jupiter.api.Assumptions;

/**
 * The kinds of threads, which differ in what is known about whose interrupt it was.
 */
enum OnThread {

	PLATFORM {
		@Override
		ThreadFactory factory() {
			return Thread::new;
		}
	},

	COUNTING {
		@Override
		ThreadFactory factory() {
			return ScopeThreads.factory("counting-");
		}
	},

	VIRTUAL {
		@Override
		ThreadFactory factory() {
			Assumptions.assumeTrue(VirtualThreads.areThere(), "this JDK has no virtual threads");
			return VirtualThreads.factory();
		}
	};

	abstract ThreadFactory factory();

	/** A second thread of this kind; skips the test where there are none. */
	OtherThread other() {
		return new OtherThread(factory());
	}

}
