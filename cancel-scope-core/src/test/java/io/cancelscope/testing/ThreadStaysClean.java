package io.cancelscope.testing;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * After each test the thread is back at the root and its interrupt flag is clear. What a
 * test left behind fails that test, and is taken away so that it fails no other.
 */
public final class ThreadStaysClean implements AfterEachCallback {

	@Override
	public void afterEach(ExtensionContext context) {
		boolean interrupted = Thread.interrupted();
		String left = CancelScope.current().name();
		closeWhatIsLeft();

		assertThat(left).as("the scope that is current after the test").isEqualTo("root");
		assertThat(interrupted).as("the interrupt flag after the test").isFalse();
	}

	private static void closeWhatIsLeft() {
		for (int i = 0; i < 1000 && CancelScope.current() instanceof OpenScope scope; i++) {
			scope.close();
		}
	}

}
