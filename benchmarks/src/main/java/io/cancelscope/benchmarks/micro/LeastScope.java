package io.cancelscope.benchmarks.micro;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * The least that a scope of the design's shape can do: an object of 64 bytes that becomes
 * current, is asked once, and stops being current. No parents, no options, no rules. What
 * is missing to the goals below this is not for us to get.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LeastScope {

	private static final ThreadLocal<Object[]> CELL = ThreadLocal.withInitial(() -> new Object[1]);

	private static final VarHandle STATE;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(Node.class, "state", Object.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Object options = new Object();

	/** Closed by a compare-and-set, as it must be where others may cancel. */
	@Benchmark
	public boolean fenced() {
		Node node = open();
		boolean open = node.isOpen();
		leave(node);
		return STATE.compareAndSet(node, null, this.options) && open;
	}

	/** Closed by a plain write, as if nobody else had the reference. */
	@Benchmark
	public boolean unfenced() {
		Node node = open();
		boolean open = node.isOpen();
		leave(node);
		node.state = this.options;
		return open;
	}

	private Node open() {
		Object[] cell = CELL.get();
		Node node = new Node((Node) cell[0], this.options);
		cell[0] = node;
		return node;
	}

	private static void leave(Node node) {
		Object[] cell = CELL.get();
		if (cell[0] == node) {
			cell[0] = node.previous;
		}
	}

	/** As wide as ours. */
	private static final class Node {

		private final Node previous;

		final Object scopes;

		final Object options;

		final Node parent;

		private final Node top;

		final long own = Long.MIN_VALUE;

		private final long effective;

		private final int epoch;

		int flags;

		private Object state;

		Object links;

		Node(Node previous, Object options) {
			this.previous = previous;
			this.scopes = options;
			this.options = options;
			this.parent = previous;
			this.top = (previous != null) ? previous.top : this;
			this.epoch = (previous != null) ? previous.epoch : 0;
			this.effective = this.own;
		}

		boolean isOpen() {
			return STATE.getVolatile(this) == null && this.epoch == this.top.epoch && this.effective == Long.MIN_VALUE;
		}

	}

}
