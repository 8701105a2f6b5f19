package io.cancelscope.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/**
 * What we set out to reach. L and T are the limits: what the clock readings and
 * thread-local accesses of a scope cost alone. A goal stays here when it is missed.
 */
final class Goals {

	private static final Measured CLOCK = Measured.figure("Limits.clock");

	private static final Measured GET = Measured.figure("Limits.threadLocalGet");

	private static final Measured T = Measured.figure("Limits.threadLocalSwap");

	private static final Measured DEADLINE = Measured.figure("CancelScopeOpen.deadline1");

	private static final Measured PLAIN = Measured.figure("CancelScopeOpen.plain1");

	private Goals() {
	}

	static List<Goal> all() {
		List<Goal> goals = new ArrayList<>();
		addOpening(goals);
		addWatching(goals);
		addChecking(goals);
		addFiring(goals);
		addTrees(goals);
		addCarrying(goals);
		addSpring(goals);
		addThreads(goals);
		addLoads(goals);
		return goals;
	}

	private static void addOpening(List<Goal> goals) {
		String row = "Open with a deadline + check + close";
		goals.add(new Goal(row, 1.3, "L", DEADLINE.over(Measured.figure("Limits.bareScope"))));
		goals.add(new Goal(row + ", in turns with L in one JVM that does nothing else", 1.3, "L",
				inTurns("limit", "open, deadline").over(inTurns("limit", "L"))));
		goals.add(new Goal(row + ": allocated", 64, "B", Measured.figure("CancelScopeOpen.deadline1:allocated")));
		addPeer(goals, row + ", beside gRPC's Context", 1 / 5.0, "PeersOpen.grpcDeadline1");
		addPeer(goals, row + ", beside SmallRye's Timeout", 1 / 6.0, "PeersOpen.smallRye");
		addPeer(goals, row + ", beside Failsafe's Timeout", 1 / 20.0, "PeersOpen.failsafe");
		addPeer(goals, row + ", beside Reactor's timeout", 1 / 20.0, "PeersOpen.reactor");
		addPeer(goals, row + ", beside Resilience4j's TimeLimiter", 1 / 100.0, "PeersOpen.resilience4j");
		goals.add(new Goal(row + ", 16 inside each other, beside gRPC's Context", 1 / 3.0, "of it",
				Measured.figure("CancelScopeOpen.deadline16").over(Measured.figure("PeersOpen.grpcDeadline16"))));
		goals.add(new Goal("Open without a deadline + check + close", 2, "T", PLAIN.over(T)));
		goals.add(new Goal("Open without a deadline + check + close, beside gRPC's Context", 1 / 4.0, "of it",
				PLAIN.over(Measured.figure("PeersOpen.grpcPlain1"))));
	}

	private static void addPeer(List<Goal> goals, String what, double part, String peer) {
		goals.add(new Goal(what, part, "of it", DEADLINE.over(Measured.figure(peer))));
	}

	private static void addWatching(List<Goal> goals) {
		for (String kind : new String[] { "deadline", "plain" }) {
			String open = "open, " + kind;
			goals.add(new Goal(
					"Open " + (kind.equals("plain") ? "without" : "with")
							+ " a deadline + check + close with a listener of everything, in turns with none",
					1.5, "of it", inTurns("listener", open + ", watched").over(inTurns("listener", open))));
		}
		goals.add(new Goal("What learning adds for the endpoint of budgets, in turns with a scope without a listener",
				60, "ns", inTurns("learn", "open, named, learnt").minus(inTurns("learn", "open, named"))));
		goals.add(new Goal("What rememberOpen() adds, in turns with a scope that is not remembered", 40, "ns",
				inTurns("remember", "open, deadline, remembered").minus(inTurns("remember", "open, deadline"))));
	}

	private static Measured inTurns(String set, String operation) {
		return Measured.figure("InTurns." + set + "/" + operation);
	}

	private static void addChecking(List<Goal> goals) {
		for (int depth : new int[] { 1, 16, 64 }) {
			goals.add(new Goal("check() with a deadline, depth " + depth, 1.25, "× nanoTime",
					check("held", true, depth).over(CLOCK)));
		}
		for (int depth : new int[] { 1, 16, 64 }) {
			goals.add(new Goal("check() without a deadline, depth " + depth, 2, "× ThreadLocal.get",
					check("held", false, depth).over(GET)));
		}
		for (boolean deadline : new boolean[] { true, false }) {
			goals.add(new Goal("What CancelScopes.check() adds, " + (deadline ? "with" : "without") + " a deadline", 1,
					"× ThreadLocal.get", check("bean", deadline, 1).minus(check("held", deadline, 1)).over(GET)));
		}
	}

	private static Measured check(String which, boolean deadline, int depth) {
		return Measured.figure("CancelScopeCheck." + which + "/deadline=" + deadline + "/depth=" + depth);
	}

	private static void addFiring(List<Goal> goals) {
		for (String threads : new String[] { "", "@2" }) {
			for (int pending : new int[] { 0, 100_000, 1_000_000 }) {
				for (String kind : new String[] { "callback", "interrupt" }) {
					String row = "Scope with a deadline and "
							+ (kind.equals("callback") ? "a callback" : "an interrupt") + ", "
							+ String.format("%,d", pending) + " others wait"
							+ (threads.isEmpty() ? "" : ", two threads") + ", beside gRPC's Context";
					goals.add(new Goal(row, 1 / 2.0, "of it",
							Measured.figure("CancelScopeFiring." + kind + "/pending=" + pending + threads)
								.over(Measured.figure("GrpcFiring.deadline/pending=" + pending + threads))));
				}
			}
		}
	}

	private static void addTrees(List<Goal> goals) {
		goals.add(new Goal("Cancel 1,000,000 below", 50, "µs", Measured.figure("Trees.cancel")));
		goals.add(new Goal("Cancel 1,000,000 below, each with a callback, beside gRPC's Context with a listener",
				1 / 4.0, "of it",
				Measured.figure("Trees.cancelWithCallbacks").over(Measured.figure("Trees.cancelWithCallbacks.grpc"))));
		goals.add(new Goal("A live scope", 64, "B", Measured.figure("Trees.bytes")));
		goals.add(new Goal("A live scope with a callback", 144, "B", Measured.figure("Trees.bytesWithCallback")));
		goals.add(new Goal("Close one of 100,000 siblings with callbacks, beside one of 1,000", 3, "× as long",
				Measured.figure("Trees.close/100000").over(Measured.figure("Trees.close/1000"))));
	}

	private static void addCarrying(List<Goal> goals) {
		Measured ours = Measured.figure("Wrapping.cancelScope");
		goals.add(new Goal("wrap(Runnable) and run, beside gRPC's Context", 1, "of it",
				ours.over(Measured.figure("Wrapping.grpc"))));
		goals.add(new Goal("wrap(Runnable) and run, beside Micrometer's snapshot", 1 / 10.0, "of it",
				ours.over(Measured.figure("Wrapping.micrometer"))));
	}

	private static void addSpring(List<Goal> goals) {
		Measured ours = Measured.figure("Advised.cancelScoped");
		goals.add(new Goal("What @CancelScoped adds to a no-op interceptor, beside the scope alone", 1.3, "of it",
				ours.minus(Measured.figure("Advised.noOpInterceptor")).over(DEADLINE)));
		goals.add(new Goal("@CancelScoped, beside @Transactional with a no-op manager", 0.5, "of it",
				ours.over(Measured.figure("Advised.transactional"))));
		goals.add(new Goal("@CancelScoped: allocated", 200, "B", Measured.figure("Advised.cancelScoped:allocated")));
		goals.add(new Goal("What the starter on both sides adds to a gRPC call in a scope, beside one with a deadline",
				2_000, "ns", Measured.figure("GrpcCall.inScope").minus(Measured.figure("GrpcCall.plainWithDeadline"))));
		goals.add(new Goal("What the starter on both sides adds to a gRPC call without a scope", 2_000, "ns",
				Measured.figure("GrpcCall.withoutScope").minus(Measured.figure("GrpcCall.plain"))));
		goals.add(new Goal("Start-up with the starter and 500 plain beans, beside no AOP at all", 1.08, "of it",
				Measured.figure("StartUp.starter").over(Measured.figure("StartUp.none"))));
	}

	private static void addThreads(List<Goal> goals) {
		for (String kind : new String[] { "deadline", "plain" }) {
			Measured one = Measured.figure("SharedParent." + kind);
			goals.add(new Goal(
					"Two threads that open under one parent, " + (kind.equals("plain") ? "without" : "with")
							+ " a deadline, beside one thread",
					1.15, "of it", Measured.figure("SharedParent." + kind + "@2").over(one)));
		}
		goals.add(new Goal("Open with a deadline + check + close on a virtual thread, beside a platform thread", 1.1,
				"of it", Measured.figure("CancelScopeOpen.deadline1@virtual").over(DEADLINE)));
		goals.add(new Goal("Open without a deadline + check + close on a virtual thread, beside a platform thread", 1.1,
				"of it", Measured.figure("CancelScopeOpen.plain1@virtual").over(PLAIN)));
	}

	private static void addLoads(List<Goal> goals) {
		Loads.STOPPED
			.forEach((what, label) -> goals.add(new Goal("After the deadline: " + label + ", 99 % of the requests", 20,
					"ms", Measured.figure("Stop." + what + "/cancel-scope.p99"))));
		goals.add(new Goal("Answers in time at twice the capacity: less than the most that anybody gave at any load",
				10, "%", Measured.figure("Overload.lost/cancel-scope")));
		addAdmission(goals, "x2", "at twice the capacity");
		addAdmission(goals, "x4", "at four times the capacity");
		goals.add(new Goal("Mixed work, requires = \"auto\": refused at half the capacity", 1, "%",
				Measured.figure("Mixed.refused/x0.5/auto")));
	}

	private static void addAdmission(List<Goal> goals, String load, String label) {
		goals.add(new Goal("Mixed work, answers in time " + label + ": without requires, beside requires = \"auto\"",
				1 / 1.2, "of it", Measured.figure("Mixed.goodput/" + load + "/none")
					.over(Measured.figure("Mixed.goodput/" + load + "/auto"))));
		goals.add(new Goal(
				"Mixed work, places busy for answers in time " + label
						+ ": without requires, beside requires = \"auto\"",
				1 / 1.2, "of it",
				Measured.figure("Mixed.work/" + load + "/none").over(Measured.figure("Mixed.work/" + load + "/auto"))));
		goals.add(new Goal("Mixed work, requires = \"auto\": answers in time less than the capacity, " + label, 5, "%",
				Measured.figure("Mixed.lost/" + load + "/auto")));
	}

}
