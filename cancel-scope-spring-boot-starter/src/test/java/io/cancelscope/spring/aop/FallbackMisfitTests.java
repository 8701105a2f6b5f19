package io.cancelscope.spring.aop;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which methods cannot be a fallback, and what people read then.
 */
class FallbackMisfitTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class));

	@Test
	void methodIsNotItsOwnFallback() {
		fails(Own.class, "$Own#best has fallback = \"best\", and there is no such method in ");
	}

	@Test
	void twoMethodsOfWhichNoneIsMoreSpecificAreNamed() {
		fails(Ambiguous.class, "$Ambiguous#best has fallback = \"cached\", which is ambiguous: ")
			.hasMessageContaining("(java.lang.String,java.lang.Object)")
			.hasMessageContaining("(java.lang.Object,java.lang.String)");
	}

	@Test
	void resultMustFitWhatATypeVariableStandsFor() {
		fails(WrongStore.class, "has fallback = \"number\", which returns Integer instead of String");
	}

	@Test
	void supertypeOfTheResultIsRefused() {
		fails(WrongResult.class, "has fallback = \"instead\", which returns Object instead of String");
	}

	@Test
	void narrowerParameterIsRefused() {
		fails(WrongParameter.class, "has fallback = \"instead\", and there is no such method in ");
	}

	@Test
	void fallbackOfAClassThatFitsNoMethodIsRefused() {
		fails(NoneFits.class, "$NoneFits#best has fallback = \"cached\", and there is no such method in ");
	}

	private AbstractThrowableAssert<?, ?> fails(Class<?> bean, String message) {
		Throwable[] failure = new Throwable[1];
		this.runner.withBean("desk", bean).run((context) -> {
			assertThat(context).hasFailed();
			failure[0] = context.getStartupFailure();
		});
		return assertThat(failure[0]).rootCause()
			.isInstanceOf(InvalidCancelScopedException.class)
			.hasMessageContaining(message);
	}

	abstract static class Store<T> {

		@CancelScoped(fallback = "number")
		T find(T key) {
			return key;
		}

	}

	static class WrongStore extends Store<String> {

		Integer number(String key) {
			return 1;
		}

	}

	static class Own {

		@CancelScoped(fallback = "best")
		String best() {
			return "best";
		}

	}

	static class Ambiguous {

		@CancelScoped(fallback = "cached")
		String best(String from, String to) {
			return "best";
		}

		String cached(String from, Object to) {
			return "one";
		}

		String cached(Object from, String to) {
			return "other";
		}

	}

	static class WrongResult {

		@CancelScoped(fallback = "instead")
		String best() {
			return "best";
		}

		Object instead() {
			return "none";
		}

	}

	static class WrongParameter {

		@CancelScoped(fallback = "instead")
		String best(CharSequence from) {
			return "best";
		}

		String instead(String from) {
			return "none";
		}

	}

	@CancelScoped(fallback = "cached")
	static class NoneFits {

		public String best() {
			return "best";
		}

		String cached(String from) {
			return "cached " + from;
		}

	}

}
