package io.cancelscope.spring.aop;

import java.util.Arrays;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs {@link LoadTimeWovenTests} where the weaver is, and reports one by one.
 */
class LoadTimeWeavingTests {

	@TestFactory
	Stream<DynamicTest> wovenCodeHasScopes() {
		WovenJvm results = WovenJvm.resultsOf(LoadTimeWovenTests.class);
		return results.tests().stream().map((test) -> DynamicTest.dynamicTest(test, () -> results.assertPassed(test)));
	}

	@Test
	void allOfThemRan() {
		long tests = Arrays.stream(LoadTimeWovenTests.class.getDeclaredMethods())
			.filter((method) -> method.isAnnotationPresent(Test.class))
			.count();

		assertThat(WovenJvm.resultsOf(LoadTimeWovenTests.class).tests()).hasSize((int) tests);
	}

}
