package io.cancelscope.spring.aop;

import java.util.Collection;
import java.util.List;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which methods can be a fallback: those that Java lets be called with the arguments, and
 * whose result it lets be returned.
 */
class FallbackFitTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class));

	@Test
	void typeVariablesCountAsWhatTheyStandFor() {
		this.runner.withBean(TextStore.class).run((context) -> {
			assertThat(context.getBean(TextStore.class).find("key")).isEqualTo("no key");
			assertThat(context.getBean(TextStore.class).inherited("key")).isEqualTo("no key");
		});
	}

	@Test
	void parametersMayBeSupertypes() {
		this.runner.withBean(Desk.class)
			.run((context) -> assertThat(context.getBean(Desk.class).all(List.of("OSL"))).isEqualTo("none of 1"));
	}

	@Test
	void resultMayBeASubtype() {
		this.runner.withBean(Desk.class)
			.run((context) -> assertThat(context.getBean(Desk.class).shown()).hasToString("empty"));
	}

	@Test
	void primitiveTypesAreWidenedAndBoxed() {
		this.runner.withBean(Desk.class).run((context) -> {
			assertThat(context.getBean(Desk.class).count(3)).isEqualTo(-3L);
			assertThat(context.getBean(Desk.class).rate()).isEqualTo(97.0);
			assertThat(context.getBean(Desk.class).boxed(2)).isEqualTo(2);
		});
	}

	@Test
	void mostSpecificMethodIsCalled() {
		this.runner.withBean(Desk.class).run((context) -> {
			assertThat(context.getBean(Desk.class).told("OSL")).isEqualTo("String, REQUESTED");
			assertThat(context.getBean(Desk.class).chosen("OSL")).isEqualTo("String");
		});
	}

	@Test
	void overloadOfTheSameNameIsAFallback() {
		this.runner.withBean(Desk.class)
			.run((context) -> assertThat(context.getBean(Desk.class).same("OSL")).isEqualTo("same, for REQUESTED"));
	}

	@Test
	void fallbackOfAClassIsForTheMethodsThatItFits() {
		this.runner.withBean(WholeDesk.class).run((context) -> {
			WholeDesk desk = context.getBean(WholeDesk.class);

			assertThat(desk.best("OSL")).isEqualTo("cached OSL");
			assertThatExceptionOfType(RuntimeException.class).isThrownBy(desk::count)
				.withMessageContaining("'WholeDesk.count' was cancelled");
		});
	}

	private static <T> T stopped() {
		CancelScope.current().cancel("enough");
		CancelScope.current().check();
		throw new AssertionError("not stopped");
	}

	abstract static class Store<K, V> {

		@CancelScoped(fallback = "none")
		V inherited(K key) {
			return stopped();
		}

		abstract V none(K key);

	}

	static class TextStore extends Store<String, String> {

		@CancelScoped(fallback = "none")
		String find(String key) {
			return stopped();
		}

		@Override
		String none(String key) {
			return "no " + key;
		}

	}

	static class Desk {

		@CancelScoped(fallback = "anyNumber")
		String all(List<String> from) {
			return stopped();
		}

		String anyNumber(Collection<?> from) {
			return "none of " + from.size();
		}

		@CancelScoped(fallback = "empty")
		CharSequence shown() {
			return stopped();
		}

		String empty() {
			return "empty";
		}

		@CancelScoped(fallback = "fewer")
		long count(int from) {
			return FallbackFitTests.<Long>stopped();
		}

		int fewer(long from) {
			return (int) -from;
		}

		@CancelScoped(fallback = "letter")
		double rate() {
			return FallbackFitTests.<Double>stopped();
		}

		char letter() {
			return 'a';
		}

		@CancelScoped(fallback = "unboxed")
		Integer boxed(Integer from) {
			return stopped();
		}

		int unboxed(int from) {
			return from;
		}

		@CancelScoped(fallback = "tell")
		String told(String from) {
			return stopped();
		}

		String tell(Object from, CancelReason reason) {
			return "Object, " + reason.kind();
		}

		String tell(String from, CancelReason reason) {
			return "String, " + reason.kind();
		}

		String tell(String from) {
			return "String";
		}

		@CancelScoped(fallback = "choose")
		String chosen(String from) {
			return stopped();
		}

		String choose(Object from) {
			return "Object";
		}

		String choose(CharSequence from) {
			return "CharSequence";
		}

		String choose(String from) {
			return "String";
		}

		@CancelScoped(fallback = "same")
		String same(String from) {
			return stopped();
		}

		String same(String from, CancelReason reason) {
			return "same, for " + reason.kind();
		}

	}

	@CancelScoped(fallback = "cached")
	static class WholeDesk {

		public String best(String from) {
			return stopped();
		}

		public int count() {
			return FallbackFitTests.<Integer>stopped();
		}

		String cached(String from) {
			return "cached " + from;
		}

	}

}
