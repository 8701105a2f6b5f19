package io.cancelscope;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The scope that is current where none is open: never cancelled, without a deadline.
 */
final class RootScope implements CancelScope {

	static final String NAME = "root";

	static final RootScope INSTANCE = new RootScope();

	private RootScope() {
	}

	@Override
	public String name() {
		return NAME;
	}

	@Override
	public boolean isCancelled() {
		return false;
	}

	@Override
	public Optional<CancelReason> reason() {
		return Optional.empty();
	}

	@Override
	public Optional<Deadline> deadline() {
		return Optional.empty();
	}

	@Override
	public Optional<Duration> remaining() {
		return Optional.empty();
	}

	@Override
	public void check() {
	}

	@Override
	public Optional<String> key() {
		return Optional.empty();
	}

	@Override
	public RuntimeException exception() {
		throw new IllegalStateException(Messages.notCancelled(NAME));
	}

	@Override
	public Duration limit(Duration atMost) {
		Durations.requirePositive(atMost, NAME);
		return (atMost.compareTo(Durations.LEAST) < 0) ? Durations.LEAST : atMost;
	}

	@Override
	public boolean cancel() {
		throw refused();
	}

	@Override
	public boolean cancel(String message) {
		Objects.requireNonNull(message, "message");
		throw refused();
	}

	@Override
	public boolean cancel(String message, @Nullable Throwable cause) {
		Objects.requireNonNull(message, "message");
		throw refused();
	}

	@Override
	public boolean cancel(CancelReason.Kind kind, String message, @Nullable Throwable cause) {
		CancelReason.requireChosen(kind);
		Objects.requireNonNull(message, "message");
		throw refused();
	}

	private static IllegalStateException refused() {
		return new IllegalStateException(Messages.ROOT_IS_NOT_CANCELLED);
	}

	@Override
	public Registration onCancel(Consumer<? super CancelReason> callback) {
		Objects.requireNonNull(callback, "callback");
		return NeverRuns.INSTANCE;
	}

	@Override
	public Registration onCancel(Stop stop) {
		Objects.requireNonNull(stop, "stop");
		return NeverRuns.INSTANCE;
	}

	@Override
	public Registration afterCancel(Consumer<? super CancelReason> news) {
		Objects.requireNonNull(news, "news");
		return NeverRuns.INSTANCE;
	}

	@Override
	public <T extends @Nullable Object, X extends Exception> T abandonable(Operation<T, X> operation,
			Consumer<? super T> late) throws X {
		Objects.requireNonNull(operation, "operation");
		Objects.requireNonNull(late, "late");
		return operation.call(this);
	}

	@Override
	public <T extends @Nullable Object, X extends Exception> T interruptibly(Operation<T, X> operation) throws X {
		Objects.requireNonNull(operation, "operation");
		return operation.call(this);
	}

	@Override
	public void sleep(Duration duration) throws InterruptedException {
		Objects.requireNonNull(duration, "duration");
		Waiting.sleep(this, TimeSource.system(), duration);
	}

	@Override
	public <T extends @Nullable Object> T await(Future<T> future) throws InterruptedException, ExecutionException {
		Objects.requireNonNull(future, "future");
		return Waiting.await(this, future);
	}

	@Override
	public Runnable wrap(Runnable task) {
		return Carrier.runnable(null, task);
	}

	@Override
	public <T> Callable<T> wrap(Callable<T> task) {
		return Carrier.callable(null, task);
	}

	@Override
	public <T> Supplier<T> wrapSupplier(Supplier<T> task) {
		return Carrier.supplier(null, task);
	}

	@Override
	public Executor wrap(Executor executor) {
		Objects.requireNonNull(executor, "executor");
		return (task) -> executor.execute(wrap(task));
	}

	@Override
	public Registration attach() {
		return Attachment.push(null);
	}

	@Override
	public ScopeDetails details() {
		return ScopeDetails.OF_ROOT;
	}

	@Override
	public String toString() {
		return "CancelScope[" + NAME + "]";
	}

	/** A callback of the root: there is nothing that could run it. */
	enum NeverRuns implements Registration {

		INSTANCE;

		@Override
		public boolean unregister() {
			return true;
		}

		@Override
		public void close() {
		}

	}

}
