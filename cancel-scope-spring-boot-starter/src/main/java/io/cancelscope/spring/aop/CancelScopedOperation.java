package io.cancelscope.spring.aop;

import java.time.Duration;

import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.ReturnValueAdapter;
import io.cancelscope.spring.UsualTime;
import org.jspecify.annotations.Nullable;

/**
 * What a woven method needs in each call, resolved and checked.
 *
 * @param changeable the options of the scope to open
 * @param key determines the key of the scope of each call, or {@code null} where the
 * options have it, or there is none
 * @param requires the least remaining budget to start with, or {@code null}
 * @param usual the usual time of the calls, which they require to start with, or
 * {@code null} where it does not matter
 * @param fallback makes another result where the scope stopped the work, or {@code null}
 * @param isFallbackOfType whether a class names the fallback, for all its methods
 * @param misfit why the fallback that a class names is not one for this method, or
 * {@code null}
 * @param checksOnExit whether a late result is thrown away
 * @param interrupts whether cancelling interrupts the thread
 * @param handler makes the scope last as long as the result, or {@code null} where it
 * ends with the call
 */
record CancelScopedOperation(ChangeableOptions changeable, @Nullable KeyExpression key, @Nullable Duration requires,
		@Nullable UsualTime usual, @Nullable FallbackMethod fallback, boolean isFallbackOfType,
		@Nullable InvalidCancelScopedException misfit, boolean checksOnExit, boolean interrupts,
		ReturnValueAdapter.@Nullable Handler handler) {

	/**
	 * Returns what one call needs, with the key of its scope.
	 * @param arguments the arguments of the call
	 * @throws IllegalStateException if the key can't be determined; the call must not
	 * begin then
	 */
	CancelScopedOperation forCall(@Nullable Object[] arguments) {
		return (this.key == null) ? this
				: new CancelScopedOperation(ChangeableOptions.fixed(this.key.addTo(options(), arguments)), null,
						this.requires, this.usual, this.fallback, this.isFallbackOfType, this.misfit, this.checksOnExit,
						this.interrupts, this.handler);
	}

	/** Returns the options of a scope that opens now. */
	ScopeOptions options() {
		return this.changeable.get();
	}

	/** Whether all there is to do is to open a scope, to proceed and to close it. */
	boolean isPlain() {
		return this.key == null && this.requires == null && this.usual == null && this.fallback == null
				&& !this.checksOnExit && !this.interrupts && this.handler == null;
	}

}
