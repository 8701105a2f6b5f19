package io.cancelscope.spring.aop;

import java.lang.reflect.Method;
import java.util.List;

import io.cancelscope.spring.CancelScoped;
import org.junit.jupiter.api.Test;

import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where an annotation may stand, and which of several is asked first.
 */
class CancelScopedSourceTests {

	private final CancelScopedSource source = new CancelScopedSource();

	@Test
	void mostSpecificComesFirst() {
		assertThat(timeouts(Impl.class, "find")).startsWith("1s").containsSubsequence("1s", "2s", "3s", "4s");
	}

	@Test
	void overriddenMethodOfASuperclassCounts() {
		assertThat(timeouts(Overriding.class, "find")).startsWith("1s");
	}

	@Test
	void genericInterfaceCountsForTheMethodThatImplementsIt() {
		assertThat(timeouts(TextHandler.class, "handle")).containsExactly("5s");
	}

	@Test
	void classWithoutTheAnnotationIsNoCandidate() {
		assertThat(this.source.isCandidate(Plain.class)).isFalse();
		assertThat(this.source.isCandidate(Impl.class)).isTrue();
		assertThat(this.source.isCandidate(Overriding.class)).isTrue();
	}

	@Test
	void answerIsRemembered() {
		Method find = method(Impl.class, "find");
		assertThat(this.source.find(find, Impl.class)).isSameAs(this.source.find(find, Impl.class));
	}

	private List<String> timeouts(Class<?> type, String method) {
		return this.source.find(method(type, method), type)
			.stream()
			.map((annotation) -> annotation.getString("timeout"))
			.toList();
	}

	private static Method method(Class<?> type, String name) {
		Method[] found = ReflectionUtils.getUniqueDeclaredMethods(type,
				(method) -> method.getName().equals(name) && !method.isBridge());
		assertThat(found).hasSize(1);
		return found[0];
	}

	@CancelScoped("4s")
	interface Repository {

		@CancelScoped("3s")
		String find(String key);

	}

	@CancelScoped("2s")
	static class Impl implements Repository {

		@Override
		@CancelScoped("1s")
		public String find(String key) {
			return key;
		}

	}

	static class Overriding extends Impl {

		@Override
		public String find(String key) {
			return key;
		}

	}

	@CancelScoped("5s")
	interface Handler<T> {

		void handle(T value);

	}

	static class TextHandler implements Handler<String> {

		@Override
		public void handle(String value) {
		}

	}

	static class Plain {

		public String find(String key) {
			return key;
		}

	}

}
