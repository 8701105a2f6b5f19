package io.cancelscope.benchmarks.micro;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.benchmarks.report.Figures;
import io.grpc.Context;
import org.openjdk.jol.info.GraphLayout;

/**
 * What happens once and can't be repeated in a loop: cancelling a scope that has a
 * million below it, closing one of many siblings, and what a live scope weighs.
 */
public final class Trees {

	private static final int MILLION = 1_000_000;

	/** How many of the siblings are closed. */
	private static final int CLOSED = 100;

	/** How many are weighed, so that what they share does not count. */
	private static final int FEW = 10;

	private static final int MANY = 1010;

	private static final AtomicInteger CALLED = new AtomicInteger();

	private static final Consumer<CancelReason> CALLBACK = (reason) -> CALLED.incrementAndGet();

	private static final Context.CancellationListener LISTENER = (context) -> CALLED.incrementAndGet();

	private static final CancelScopes SCOPES = CancelScopes.create();

	private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

	private Trees() {
	}

	/**
	 * Measures all of them.
	 * @param args how many rounds, and the file for the figures; they are added to those
	 * that it has, since one JVM's memory lies otherwise than the next one's
	 * @throws Exception if that is not possible
	 */
	public static void main(String... args) throws Exception {
		int rounds = Integer.parseInt(args[0]);
		// Before the library has threads: JOL follows scopes to what they share, and a
		// thread leads to objects that JOL may not look into.
		double bytes = bytes(false);
		double bytesWithCallback = bytes(true);
		Figures figures = new Figures();
		// Until the compiler has seen enough.
		for (int i = 0; i < 20_000; i++) {
			cancel(1, figures, () -> {
			});
		}
		for (int i = 0; i < 20; i++) {
			cancel(MILLION / 100, figures, System::gc);
			close(1000, figures, true);
		}
		figures = new Figures();
		Path file = Path.of(args[1]);
		if (Files.exists(file)) {
			figures.read(file);
		}
		for (int i = 0; i < rounds; i++) {
			cancel(MILLION, figures, System::gc);
			close(1000, figures, true);
			// gRPC's takes ten seconds.
			close(100_000, figures, i == 0);
		}
		figures.add("Trees.bytes", "B", bytes);
		figures.add("Trees.bytesWithCallback", "B", bytesWithCallback);
		figures.write(file);
	}

	private static void cancel(int descendants, Figures figures, Runnable tidy) {
		List<OpenScope> plain = scopes(descendants, false);
		figures.add("Trees.cancel", "µs", time(tidy, () -> plain.get(0).cancel()) / 1e3);
		closeAll(plain);
		List<OpenScope> listening = scopes(descendants, true);
		figures.add("Trees.cancelWithCallbacks", "ms", time(tidy, () -> listening.get(0).cancel()) / 1e6);
		requireCalls(descendants);
		closeAll(listening);
		List<Context.CancellableContext> contexts = contexts(descendants);
		figures.add("Trees.cancelWithCallbacks.grpc", "ms", time(tidy, () -> contexts.get(0).cancel(null)) / 1e6);
		requireCalls(descendants);
	}

	private static void closeAll(List<OpenScope> scopes) {
		for (int i = scopes.size() - 1; i >= 0; i--) {
			scopes.get(i).close();
		}
	}

	private static void requireCalls(int expected) {
		int called = CALLED.getAndSet(0);
		if (called != expected) {
			throw new IllegalStateException(expected + " callbacks should have run, and " + called + " have");
		}
	}

	private static void close(int siblings, Figures figures, boolean grpc) {
		List<OpenScope> scopes = scopes(siblings, true);
		List<OpenScope> some = some(scopes);
		figures.add("Trees.close/" + siblings, "ns",
				time(System::gc, () -> some.forEach(OpenScope::close)) / (double) CLOSED);
		closeAll(scopes);
		if (!grpc) {
			return;
		}
		List<Context.CancellableContext> someContexts = some(contexts(siblings));
		figures.add("Trees.close/" + siblings + ".grpc", "ns",
				time(System::gc, () -> someContexts.forEach((context) -> context.cancel(null))) / (double) CLOSED);
		CALLED.set(0);
	}

	private static <T> List<T> some(List<T> all) {
		List<T> some = new ArrayList<>(all.subList(1, all.size()));
		Collections.shuffle(some, new Random(1));
		return some.subList(0, CLOSED);
	}

	/** The one around them first. */
	private static List<OpenScope> scopes(int below, boolean callbacks) {
		List<OpenScope> scopes = new ArrayList<>(below + 1);
		OpenScope around = SCOPES.openUnbound(ScopeOptions.none());
		scopes.add(around);
		CancelScope.Registration attachment = around.attach();
		try {
			for (int i = 0; i < below; i++) {
				OpenScope scope = SCOPES.openUnbound(ScopeOptions.none());
				if (callbacks) {
					scope.onCancel(CALLBACK);
				}
				scopes.add(scope);
			}
			return scopes;
		}
		finally {
			attachment.close();
		}
	}

	/** The one around them first. */
	private static List<Context.CancellableContext> contexts(int below) {
		List<Context.CancellableContext> contexts = new ArrayList<>(below + 1);
		Context.CancellableContext around = Context.ROOT.withCancellation();
		contexts.add(around);
		for (int i = 0; i < below; i++) {
			Context.CancellableContext context = around.withCancellation();
			context.addListener(LISTENER, Runnable::run);
			contexts.add(context);
		}
		return contexts;
	}

	/** What the thread itself takes, as all of it happens there. */
	private static long time(Runnable tidy, Runnable work) {
		tidy.run();
		long start = THREADS.getCurrentThreadCpuTime();
		work.run();
		return THREADS.getCurrentThreadCpuTime() - start;
	}

	/** What one more scope below the same one adds to what can be reached from them. */
	private static double bytes(boolean callbacks) {
		return (reachable(MANY, callbacks) - reachable(FEW, callbacks)) / (double) (MANY - FEW);
	}

	private static long reachable(int below, boolean callbacks) {
		List<OpenScope> scopes = scopes(below, callbacks);
		GraphLayout layout = GraphLayout.parseInstance(scopes.toArray());
		closeAll(scopes);
		if (below == MANY) {
			System.out.println(layout.toFootprint().lines().skip(1).collect(Collectors.joining("\n")));
		}
		return layout.totalSize();
	}

}
