package io.cancelscope.benchmarks.micro;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.Timeout;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.grpc.Context;
import io.smallrye.faulttolerance.api.TypedGuard;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import reactor.core.publisher.Mono;

/**
 * The same as in {@link CancelScopeOpen}, with what others offer for it: a budget of 30
 * seconds around one question whether it is used up.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PeersOpen {

	private static final Duration BUDGET = Duration.ofSeconds(30);

	private final ScheduledThreadPoolExecutor timer = Daemons.timer();

	private final ExecutorService pool = Executors.newCachedThreadPool(Daemons::thread);

	private final FailsafeExecutor<Object> failsafe = Failsafe.with(Timeout.of(BUDGET));

	private final TimeLimiter limiter = TimeLimiter.of(BUDGET);

	private final TypedGuard<Boolean> guard = TypedGuard.create(Boolean.class)
		.withTimeout()
		.duration(BUDGET.toSeconds(), ChronoUnit.SECONDS)
		.done()
		.build();

	private final Mono<Boolean> mono = Mono.fromSupplier(() -> Thread.currentThread().isInterrupted()).timeout(BUDGET);

	@TearDown
	public void stop() {
		this.timer.shutdownNow();
		this.pool.shutdownNow();
	}

	@Benchmark
	public boolean grpcDeadline1() {
		Context.CancellableContext context = withDeadline();
		Context before = context.attach();
		try {
			return context.isCancelled();
		}
		finally {
			context.detach(before);
			context.cancel(null);
		}
	}

	@Benchmark
	public boolean grpcDeadline16() {
		return nest(16);
	}

	private boolean nest(int depth) {
		Context.CancellableContext context = withDeadline();
		Context before = context.attach();
		try {
			return (depth == 1) ? context.isCancelled() : nest(depth - 1);
		}
		finally {
			context.detach(before);
			context.cancel(null);
		}
	}

	private Context.CancellableContext withDeadline() {
		return Context.current().withDeadlineAfter(BUDGET.toSeconds(), TimeUnit.SECONDS, this.timer);
	}

	@Benchmark
	public boolean grpcPlain1() {
		Context.CancellableContext context = Context.current().withCancellation();
		Context before = context.attach();
		try {
			return context.isCancelled();
		}
		finally {
			context.detach(before);
			context.cancel(null);
		}
	}

	@Benchmark
	public Boolean smallRye() throws Exception {
		return this.guard.call(() -> Thread.currentThread().isInterrupted());
	}

	@Benchmark
	public boolean failsafe() {
		return this.failsafe.get((execution) -> execution.isCancelled());
	}

	@Benchmark
	public Boolean reactor() {
		return this.mono.block();
	}

	@Benchmark
	public boolean resilience4j() throws Exception {
		return this.limiter.executeFutureSupplier(() -> this.pool.submit(() -> Thread.currentThread().isInterrupted()));
	}

}
