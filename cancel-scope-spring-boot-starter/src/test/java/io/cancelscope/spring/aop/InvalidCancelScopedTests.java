package io.cancelscope.spring.aop;

import java.io.IOException;
import java.util.Arrays;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import kotlin.Metadata;
import kotlin.coroutines.Continuation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What people read when the start-up fails.
 */
@ExtendWith(OutputCaptureExtension.class)
class InvalidCancelScopedTests {

	private static final String CLASS = InvalidCancelScopedTests.class.getName();

	@Test
	void durationThatIsNone(CapturedOutput output) {
		start(NotADuration.class);
		assertThat(failure(output)).isEqualTo("""
				Description:

				Bean 'quotes': @CancelScoped on %s$NotADuration#best has timeout = "2 parsecs", which is not a duration.

				Action:

				Give a number and a unit (ns, us, ms, s, m, h or d), for example timeout = "800ms" or timeout = "2s"; \
				or ISO-8601, "PT2S"; or a placeholder with a default, "${quotes.budget:800ms}". \
				A plain number counts milliseconds.
				""".formatted(CLASS));
	}

	@Test
	void durationThatIsNoneAndCameFromAProperty(CapturedOutput output) {
		start(FromAProperty.class, "quotes.budget=soon");
		assertThat(failure(output)).contains("Bean 'quotes': @CancelScoped on " + CLASS
				+ "$FromAProperty#best has timeout = \"${quotes.budget}\", resolved to \"soon\", which is not a duration.");
	}

	@Test
	void placeholderThatNobodyKnows(CapturedOutput output) {
		start(FromAProperty.class);
		assertThat(failure(output)).isEqualTo(
				"""
						Description:

						Bean 'quotes': @CancelScoped on %s$FromAProperty#best has timeout = "${quotes.budget}", which cannot be \
						resolved: Could not resolve placeholder 'quotes.budget' in value "${quotes.budget}".

						Action:

						Set the property of the placeholder, or give a default after a colon, for example \
						timeout = "${quotes.budget:800ms}".
						"""
					.formatted(CLASS));
	}

	@Test
	void expressionThatFails(CapturedOutput output) {
		start(BadExpression.class);
		assertThat(failure(output))
			.contains("$BadExpression#best has timeout = \"#{@nobody.budget()}\", which cannot be");
	}

	@Test
	void budgetBelowZero(CapturedOutput output) {
		start(Negative.class);
		assertThat(failure(output)).contains("$Negative#best has timeout = \"-2s\", which is negative.");
	}

	@Test
	void valueAndTimeoutThatDiffer(CapturedOutput output) {
		start(Conflict.class);
		assertThat(failure(output)).contains("$Conflict#best has both value and timeout, and they differ.")
			.contains(
					"value and timeout are aliases of one attribute. Set only one of them, for example timeout = \"800ms\".");
	}

	@Test
	void nameThatIsBlank(CapturedOutput output) {
		start(BlankName.class);
		assertThat(failure(output)).isEqualTo("""
				Description:

				Bean 'quotes': @CancelScoped on %s$BlankName#best has name = "  ", which is blank.

				Action:

				Give the scope a name such as name = "quotes", or remove the attribute: \
				the default is the class and the method.
				""".formatted(CLASS));
	}

	@Test
	void exceptionThatCantBeCreated(CapturedOutput output) {
		start(BadException.class);
		assertThat(failure(output)).isEqualTo("""
				Description:

				Bean 'quotes': @CancelScoped on %1$s$BadException#best has exception = %1$s$NumberedException.class, \
				which cannot be created.

				Action:

				Give it a constructor (String, Throwable), (String) or (), for example: \
				NumberedException(String message) { super(message); }
				""".formatted(CLASS));
	}

	@Test
	void fallbackThatIsNotThere(CapturedOutput output) {
		start(NoFallback.class);
		assertThat(failure(output)).isEqualTo("""
				Description:

				Bean 'quotes': @CancelScoped on %1$s$NoFallback#best has fallback = "cheapest", \
				and there is no such method in %1$s$NoFallback with these parameters.

				Action:

				A fallback has the same parameters, optionally followed by a CancelReason, for example \
				String cheapest(int) or String cheapest(int, CancelReason reason).
				""".formatted(CLASS));
	}

	@Test
	void fallbackThatReturnsSomethingElse(CapturedOutput output) {
		start(OtherFallback.class);
		assertThat(failure(output))
			.contains("$OtherFallback#best has fallback = \"cheapest\", which returns Integer instead of String.");
	}

	@Test
	void fallbackThatThrowsWhatTheMethodDoesNot(CapturedOutput output) {
		start(ThrowingFallback.class);
		assertThat(failure(output)).contains("$ThrowingFallback#best has fallback = \"cheapest\","
				+ " which throws IOException, which best does not declare.");
	}

	@Test
	void moreRequiredThanThereCanBe(CapturedOutput output) {
		start(TooMuch.class);
		assertThat(failure(output)).isEqualTo("""
				Description:

				Bean 'quotes': @CancelScoped on %s$TooMuch#best has requires = "3s", \
				which is more than its timeout of 2s.

				Action:

				The method could never start. Lower requires, or raise the timeout.
				""".formatted(CLASS));
	}

	@Test
	void attributeOfTheClassIsReportedForTheMethodThatInheritsIt(CapturedOutput output) {
		start(OnTheClass.class);
		assertThat(failure(output)).contains("$OnTheClass#best has timeout = \"2 parsecs\", which is not a duration.");
	}

	@Test
	void budgetBelowZeroInTheProperties(CapturedOutput output) {
		start(Fine.class, "cancel-scope.timeouts.Fine.best=-2s");
		assertThat(output.toString()).contains("cancel-scope.timeouts.Fine.best")
			.contains("The budget must not be negative. Give a number and a unit, for example '800ms' or '2s'.");
	}

	@Test
	void budgetInThePropertiesThatIsNone(CapturedOutput output) {
		start(Fine.class, "cancel-scope.timeouts.Fine.best=2 parsecs");
		assertThat(output.toString()).contains("cancel-scope.timeouts.Fine.best")
			.contains("The value is not a duration. Give a number and a unit, for example '800ms' or '2s'.");
	}

	@Test
	void unweavableMethodsWhereThePropertyForbidsThem(CapturedOutput output) {
		start(Unweavable.class, "cancel-scope.fail-on-unweavable=true");
		assertThat(failure(output)).isEqualTo("""
				Description:

				Bean 'quotes': @CancelScoped has no effect on %s$Unweavable#best (the method is final).

				Action:

				Move the annotation to a method that other beans call and that is neither private, static nor final, \
				in a class that is not final; or open the scope in the code with CancelScopes.run(…) or call(…).
				""".formatted(CLASS));
	}

	@Test
	void suspendFunctionOfKotlin(CapturedOutput output) {
		start(Suspending.class);
		assertThat(failure(output)).isEqualTo(
				"""
						Description:

						Bean 'quotes': @CancelScoped on %s$Suspending#best is on a Kotlin suspend function, \
						which is not supported.

						Action:

						Limit the function with kotlinx.coroutines.withTimeout, or annotate a method that returns a CompletableFuture \
						or a Mono, for example by future { … } or mono { … }.
						"""
					.formatted(CLASS));
	}

	private static void start(Class<?> bean, String... properties) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.addInitializers((ApplicationContextInitializer<GenericApplicationContext>) (context) -> context
			.registerBean("quotes", bean));
		String[] arguments = Arrays.stream(properties).map("--"::concat).toArray(String[]::new);
		assertThatException().isThrownBy(() -> application.run(arguments).close());
	}

	private static String failure(CapturedOutput output) {
		String text = output.toString();
		return text.substring(text.indexOf("Description:")).strip() + "\n";
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class,
			AopAutoConfiguration.class, PropertyPlaceholderAutoConfiguration.class })
	static class Application {

	}

	static class NotADuration {

		@CancelScoped("2 parsecs")
		void best() {
		}

	}

	static class FromAProperty {

		@CancelScoped("${quotes.budget}")
		void best() {
		}

	}

	static class BadExpression {

		@CancelScoped("#{@nobody.budget()}")
		void best() {
		}

	}

	static class Negative {

		@CancelScoped("-2s")
		void best() {
		}

	}

	static class Conflict {

		@CancelScoped(value = "1s", timeout = "2s")
		void best() {
		}

	}

	static class BlankName {

		@CancelScoped(name = "  ")
		void best() {
		}

	}

	static class BadException {

		@CancelScoped(exception = NumberedException.class)
		void best() {
		}

	}

	static class NumberedException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		NumberedException(int number) {
			super("number " + number);
		}

	}

	@CancelScoped("2 parsecs")
	static class OnTheClass {

		public void best() {
		}

	}

	static class Fine {

		@CancelScoped("2s")
		void best() {
		}

	}

	static class NoFallback {

		@CancelScoped(fallback = "cheapest")
		String best(int offers) {
			return "best";
		}

	}

	static class OtherFallback {

		@CancelScoped(fallback = "cheapest")
		String best() {
			return "best";
		}

		Integer cheapest() {
			return 1;
		}

	}

	static class ThrowingFallback {

		@CancelScoped(fallback = "cheapest")
		String best() {
			return "best";
		}

		String cheapest() throws IOException {
			throw new IOException();
		}

	}

	static class TooMuch {

		@CancelScoped(timeout = "2s", requires = "3s")
		void best() {
		}

	}

	/** As the Kotlin compiler makes it. */
	@Metadata
	static class Suspending {

		@CancelScoped("2s")
		Object best(Continuation<? super String> continuation) {
			return "best";
		}

	}

	static class Unweavable {

		@CancelScoped("2s")
		final void best() {
		}

	}

}
