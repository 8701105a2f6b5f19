package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.GuardedCall;
import io.cancelscope.spring.RequiredBudget;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.spring.UsualTimes;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Opens the scopes of calls. A call has the smallest of the budget that the server grants
 * and the one that the caller's deadline leaves. Metadata of the caller is not read: the
 * deadline is the protocol's own, which the caller keeps, too.
 */
final class ServedScopes {

	private static final String CALLER = "grpc-timeout of the caller";

	private static final String LOWERED = CALLER + ", lowered to cancel-scope.grpc.server.max-timeout";

	private static final long SLACK = TimeUnit.MICROSECONDS.toNanos(20);

	private final CancelScopes scopes;

	private final ScopeSettings settings;

	private final ServedMethods methods;

	private final CancelScopeGrpcProperties.Server properties;

	private final UsualTimes usualTimes;

	ServedScopes(CancelScopes scopes, TimeSource time, ScopeSettings settings, ServedMethods methods,
			CancelScopeGrpcProperties.Server properties) {
		this.scopes = scopes;
		this.settings = settings;
		this.methods = methods;
		this.properties = properties;
		this.usualTimes = new UsualTimes(time);
	}

	/**
	 * Opens the unbound scope of a call that has just arrived. It has no parent: with a
	 * direct executor and the in-process transport, the scope of the caller is current on
	 * this thread, and what the caller wants of the call is in the context alone.
	 * @param method the called method
	 * @param context gRPC's context of the call
	 * @return the scope, which the caller must close
	 */
	OpenScope open(MethodDescriptor<?, ?> method, Context context) {
		String name = this.methods.nameOf(method);
		Duration own = own(name, method.getType());
		Deadline callers = context.getDeadline();
		ScopeOptions options = ScopeOptions.named(name).detached().withTimeout(own);
		return this.scopes.openUnbound((callers != null) ? shortened(options, own, callers) : options);
	}

	/**
	 * Begins a call, or cancels its scope because less is left than
	 * {@code cancel-scope.requires} asks for.
	 * @param method the called method
	 * @param context gRPC's context of the call
	 * @param scope the scope of the call
	 * @return the call, or {@code null} if it begins with any budget
	 */
	@Nullable GuardedCall begin(MethodDescriptor<?, ?> method, Context context, OpenScope scope) {
		RequiredBudget required = this.settings.requiredBy(scope.name());
		return (required != null)
				? GuardedCall.begin(required, this.usualTimes, scope, budget(method, context, scope.name())) : null;
	}

	/** For scopes that are only observed: the others have a deadline. */
	private @Nullable Duration budget(MethodDescriptor<?, ?> method, Context context, String name) {
		Duration own = own(name, method.getType());
		Deadline callers = context.getDeadline();
		if (callers == null) {
			return own;
		}
		Duration asked = asked(left(callers));
		return (own != null && own.compareTo(asked) <= 0) ? own : asked;
	}

	private ScopeOptions shortened(ScopeOptions options, @Nullable Duration own, Deadline callers) {
		long left = left(callers);
		Duration asked = asked(left);
		boolean isLowered = asked.toNanos() < left;
		ScopeOptions within = options.withDeadline(within(callers, left));
		if (own != null && own.compareTo(asked) <= 0) {
			return within;
		}
		return within.withTimeout(isLowered ? asked : null).withBudgetSource(isLowered ? LOWERED : CALLER);
	}

	private Duration asked(long left) {
		Duration most = this.properties.maxTimeout();
		Duration asked = Duration.ofNanos(left);
		return (most != null && asked.compareTo(most) > 0) ? most : asked;
	}

	/**
	 * Returns a deadline that is not after the caller's. Two clocks can only be read one
	 * after the other, so a little is left out, and more where that was not enough.
	 */
	private io.cancelscope.Deadline within(Deadline callers, long left) {
		for (long slack = SLACK; slack < left; slack *= 4) {
			io.cancelscope.Deadline deadline = this.scopes.deadline(Duration.ofNanos(left(callers) - slack));
			if (deadline.remaining().toNanos() <= left(callers)) {
				return deadline;
			}
		}
		return this.scopes.deadline(Duration.ZERO);
	}

	/** Streams may be endless, so only a budget of their own limits them. */
	private @Nullable Duration own(String name, MethodType type) {
		return this.settings.timeoutOf(name).orElse((type == MethodType.UNARY) ? this.properties.timeout() : null);
	}

	private static long left(Deadline deadline) {
		return deadline.timeRemaining(TimeUnit.NANOSECONDS);
	}

}
