package io.cancelscope;

import java.util.ArrayList;
import java.util.List;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.testing.LogTrail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Cancelling everything there is reaches everything, whatever callbacks throw on the way.
 */
@Timeout(30)
@ExtendWith(JvmErrorsFail.class)
class CancelAllErrorsTests {

	private final LogTrail quiet = new LogTrail();

	@AfterEach
	void logAgain() {
		this.quiet.close();
	}

	@ParameterizedTest
	@EnumSource
	void allAreCancelledBeforeAnErrorIsThrown(Sneaky thrown) {
		CancelScopes scopes = CancelScopes.builder().rememberOpen().build();
		List<OpenScope> open = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			OpenScope scope = scopes.openUnbound(ScopeOptions.named("number " + i));
			scope.onCancel((reason) -> thrown.raise());
			open.add(scope);
		}
		int[] count = new int[1];

		Throwable arrived = catchThrowable(() -> count[0] = scopes.cancelAll(Kind.SHUTDOWN, "the application stops"));

		assertThat(open).allMatch(CancelScope::isCancelled);
		if (thrown.make() instanceof VirtualMachineError error) {
			assertThat(arrived).isInstanceOf(error.getClass());
		}
		else {
			assertThat(arrived).isNull();
			assertThat(count[0]).isEqualTo(20);
		}
	}

}
