package io.cancelscope.spring.aop;

import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.Deadline;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.testing.ManualTime;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.annotation.AliasFor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class CancelScopedTests {

	private final ManualTime time = new ManualTime();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, AopAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time);

	@AfterEach
	void threadIsBackAtTheRootAndNothingIsScheduled() {
		assertThat(CancelScope.current().name()).isEqualTo("root");
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void methodThatOverrunsItsBudgetIsStoppedByItsNextCheck() {
		run((desk) -> {
			assertThat(desk.best(Duration.ofMillis(799))).isEqualTo("best");
			assertThatExceptionOfType(DeadlineExceededException.class)
				.isThrownBy(() -> desk.best(Duration.ofMillis(800)))
				.withMessage("scope 'TripDesk.best' (800ms) exceeded its deadline");
		});
	}

	@Test
	void methodWithoutTheAnnotationHasNoScope() {
		run((desk) -> assertThat(desk.plain()).isEqualTo("root"));
	}

	@Test
	void scopeIsInsideTheOneOfTheCaller() {
		run((desk) -> scopes().run(ScopeOptions.named("request").withTimeout(Duration.ofMillis(100)),
				(request) -> assertThatExceptionOfType(DeadlineExceededException.class)
					.isThrownBy(() -> desk.best(Duration.ofMillis(100)))
					.withMessage("scope 'TripDesk.best' (800ms) exceeded its deadline, set by 'request'")));
	}

	@Test
	void shieldKeepsOutWhatHappensAround() {
		run((desk) -> scopes().run(ScopeOptions.named("request"), (request) -> {
			request.cancel("client went away");
			assertThat(desk.audit()).isEqualTo("audited");
		}));
	}

	@Test
	void bubblingScopeIsCancelledByWhatIsCancelledBelow() {
		run((desk) -> assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(desk::allOrNothing)
			.withMessage("scope 'all' was cancelled, along with 'supplier': sold out"));
	}

	@Test
	void zeroBudgetLetsTheMethodStartAndItsFirstCheckThrow() {
		run((desk) -> {
			assertThat(desk.expired(false)).isEqualTo("late, and kept");
			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> desk.expired(true))
				.withMessage("scope 'TripDesk.expired' (0s) exceeded its deadline");
		});
	}

	@Test
	void checkOnEnterKeepsTheMethodFromStarting() {
		run((desk) -> scopes().run(ScopeOptions.none(), (request) -> {
			request.cancel();
			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(desk::checkedOnEnter);
			assertThat(desk.wasEntered()).isFalse();
		}));
	}

	@Test
	void checkOnExitThrowsLateResultsAway() {
		run((desk) -> {
			assertThat(desk.checkedOnExit(Duration.ofMillis(799))).isEqualTo("in time");
			assertThatExceptionOfType(DeadlineExceededException.class)
				.isThrownBy(() -> desk.checkedOnExit(Duration.ofMillis(800)));
		});
	}

	@Test
	void exceptionCancelsTheScopeUnlessExempt() {
		run((desk) -> {
			RuntimeException failure = new IllegalStateException();
			assertThatException().isThrownBy(() -> desk.failWith(failure)).isSameAs(failure);
			assertThat(desk.lastWasCancelled()).isTrue();
			assertThatException().isThrownBy(() -> desk.failAsAllowed(failure)).isSameAs(failure);
			assertThat(desk.lastWasCancelled()).isFalse();
			RuntimeException exempt = new NumberFormatException();
			assertThatException().isThrownBy(() -> desk.failWith(exempt)).isSameAs(exempt);
			assertThat(desk.lastWasCancelled()).isFalse();
		});
	}

	@Test
	void checkedExceptionPassesUnchanged() {
		IOException failure = new IOException("disk full");
		run((desk) -> assertThatExceptionOfType(IOException.class).isThrownBy(() -> desk.fail(failure))
			.isSameAs(failure));
	}

	@Test
	void ownExceptionTypeIsThrownByChecksAndPassesUnchanged() {
		run((desk) -> assertThatExceptionOfType(TooSlowException.class).isThrownBy(desk::tooSlow)
			.withMessage("scope 'TripDesk.tooSlow' (1s) exceeded its deadline")
			.withCauseInstanceOf(DeadlineExceededException.class)
			.satisfies((ex) -> assertThat(ex).isSameAs(desk.thrown())));
	}

	@Test
	void ownExceptionTypeMayTakeNoArguments() {
		run((desk) -> assertThatExceptionOfType(SilentException.class).isThrownBy(desk::silent)
			.withCauseInstanceOf(DeadlineExceededException.class));
	}

	@Test
	void ownExceptionTypeHasOursAndTheCauseOfTheCancellationAsItsCauses() {
		IOException cause = new IOException("connection reset");
		run((desk) -> assertThatExceptionOfType(TooSlowException.class).isThrownBy(() -> desk.cancelledBy(cause))
			.withMessage("scope 'TripDesk.cancelledBy' was cancelled: supplier failed")
			.withCauseInstanceOf(ScopeCancelledException.class)
			.satisfies((ex) -> assertThat(ex).hasRootCause(cause)));
	}

	@Test
	void exceptionOfALibraryThatWeStoppedBecomesTheScopesWithTheLibrarysAttached() {
		run((desk) -> assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(desk::queryIsStopped)
			.withMessage("scope 'TripDesk.queryIsStopped' (1s) exceeded its deadline")
			.satisfies((ex) -> assertThat(attachedTo(ex)).isInstanceOf(QueryTimeoutException.class)
				.hasMessage("statement cancelled")));
	}

	@Test
	void exceptionOfALibraryThatWeStoppedBecomesTheOwnTypeWhereThereIsOne() {
		run((desk) -> assertThatExceptionOfType(TooSlowException.class).isThrownBy(desk::queryIsStoppedWithOwnType)
			.withCauseInstanceOf(DeadlineExceededException.class)
			.satisfies((ex) -> assertThat(attachedTo(ScopeCancelledException.findIn(ex)))
				.isInstanceOf(QueryTimeoutException.class)));
	}

	@Test
	void wrappedExceptionOfAnotherScopePassesWhereThisOneIsNotCancelled() {
		run((desk) -> assertThatExceptionOfType(CompletionException.class).isThrownBy(desk::supplierWasStopped));
	}

	@Test
	void failureOfTheBodyPassesAlsoWhereTheTimeIsUp() {
		run((desk) -> assertThatExceptionOfType(IllegalStateException.class).isThrownBy(desk::failsLate)
			.withMessage("no such airport"));
	}

	@Test
	void methodSaysMoreThanItsClassAttributeByAttribute() {
		this.runner.withBean(Merged.class).run((context) -> {
			Merged merged = context.getBean(Merged.class);
			assertThat(merged.ofTheClass()).isEqualTo("Merged.ofTheClass 2s bubbling");
			assertThat(merged.ofTheMethod()).isEqualTo("named 1s bubbling");
			assertThat(merged.inherited()).isEqualTo("Merged.inherited 2s bubbling");
			assertThat(merged.notPublic()).isEqualTo("root");
			assertThat(merged.toString()).isEqualTo("root");
		});
	}

	@Test
	void composedAnnotationHandsItsAttributesOn() {
		this.runner.withBean(Composed.class).run((context) -> {
			assertThat(context.getBean(Composed.class).standard()).isEqualTo("500ms");
			assertThat(context.getBean(Composed.class).slower()).isEqualTo("3s");
		});
	}

	@Test
	void annotationOnAnInterfaceReachesItsImplementations() {
		this.runner.withBean(Implementation.class).run((context) -> {
			Implementation implementation = context.getBean(Implementation.class);
			assertThat(implementation.ofTheInterfacesMethod()).isEqualTo("2s");
			assertThat(implementation.ofTheInterface("")).isEqualTo("1s");
			assertThat(implementation.notOfTheInterface()).isEqualTo("none");
		});
	}

	@Test
	void annotationOnAnInterfaceReachesJdkProxies() {
		this.runner.withBean(Implementation.class)
			.withPropertyValues("spring.aop.proxy-target-class=false")
			.run((context) -> {
				Contract implementation = context.getBean(Contract.class);
				assertThat(implementation).isNotInstanceOf(Implementation.class);
				assertThat(implementation.ofTheInterfacesMethod()).isEqualTo("2s");
				assertThat(implementation.ofTheInterface("")).isEqualTo("1s");
			});
	}

	@Test
	void annotationOnAnInterfaceReachesAnExistingJdkProxy() {
		this.runner.withBean(Contract.class, () -> {
			ProxyFactory factory = new ProxyFactory(Contract.class,
					(MethodInterceptor) (invocation) -> CancelScope.current().name() + " "
							+ Budgets.shown(CancelScope.current()));
			return (Contract) factory.getProxy();
		}).run((context) -> {
			Contract client = context.getBean(Contract.class);
			assertThat(client.ofTheInterfacesMethod()).isEqualTo("Contract.ofTheInterfacesMethod 2s");
			assertThat(client.ofTheInterface("")).isEqualTo("Contract.ofTheInterface 1s");
			assertThat(client.getClass().getInterfaces()).contains(Contract.class);
		});
	}

	@Test
	void placeholdersAndExpressionsAreResolved() {
		this.runner.withBean(Resolved.class)
			.withPropertyValues("quotes.budget=300ms", "quotes.name=fast quotes")
			.run((context) -> {
				Resolved resolved = context.getBean(Resolved.class);
				assertThat(resolved.placeholder()).isEqualTo("fast quotes 300ms");
				assertThat(resolved.placeholderWithDefault()).isEqualTo("4s");
				assertThat(resolved.expression()).isEqualTo("6s");
				assertThat(resolved.iso()).isEqualTo("2s");
				assertThat(resolved.number()).isEqualTo("250ms");
				assertThat(resolved.emptyDefault()).isEqualTo("none");
			});
	}

	@Test
	void propertiesOverrideBudgetsByNameAndFillInWhereNoneIsGiven() {
		this.runner.withBean(Merged.class)
			.withBean(Budgets.class)
			.withPropertyValues("cancel-scope.timeouts.named=5s", "cancel-scope.timeouts.Merged.ofTheClass=7s",
					"cancel-scope.default-timeout=30s")
			.run((context) -> {
				assertThat(context.getBean(Merged.class).ofTheMethod()).isEqualTo("named 5s bubbling");
				assertThat(context.getBean(Merged.class).ofTheClass()).isEqualTo("Merged.ofTheClass 7s bubbling");
				assertThat(context.getBean(Merged.class).inherited()).isEqualTo("Merged.inherited 2s bubbling");
				assertThat(context.getBean(Budgets.class).none()).isEqualTo("30s");
			});
	}

	@Test
	void callingAWovenMethodResolvesNothing() {
		this.runner.withBean(Counted.class).withBean("counter", Counter.class).run((context) -> {
			Counter counter = context.getBean(Counter.class);
			int atStart = counter.asked;
			assertThat(atStart).isEqualTo(1);
			assertThat(context.getBean(Counted.class).budget()).isEqualTo("2s");
			assertThat(context.getBean(Counted.class).budget()).isEqualTo("2s");
			assertThat(counter.asked).isEqualTo(atStart);
		});
	}

	@Test
	void nothingIsWovenWhereThePropertyIsOff() {
		this.runner.withBean(Budgets.class)
			.withPropertyValues("cancel-scope.enabled=false")
			.run((context) -> assertThat(context.getBean(Budgets.class).one()).isEqualTo("none"));
	}

	private @Nullable CancelScopes current;

	private CancelScopes scopes() {
		assertThat(this.current).isNotNull();
		return this.current;
	}

	private void run(Consumer<TripDesk> test) {
		this.runner.withBean(TripDesk.class, () -> new TripDesk(this.time)).run((context) -> {
			this.current = context.getBean(CancelScopes.class);
			TripDesk desk = context.getBean(TripDesk.class);
			test.accept(desk);
		});
	}

	private static @Nullable Throwable attachedTo(Throwable exception) {
		return (exception.getCause() != null) ? exception.getCause() : exception.getSuppressed()[0];
	}

	static class TripDesk {

		private final ManualTime time;

		private boolean entered;

		private @Nullable RuntimeException thrown;

		private @Nullable CancelScope last;

		TripDesk(ManualTime time) {
			this.time = time;
		}

		@CancelScoped("800ms")
		String best(Duration work) {
			this.time.advance(work);
			CancelScope.current().check();
			return "best";
		}

		String plain() {
			return CancelScope.current().name();
		}

		@CancelScoped(shield = true)
		String audit() {
			CancelScope.current().check();
			return "audited";
		}

		@CancelScoped(name = "all", bubble = true)
		void allOrNothing() {
			CancelScopes.create().run(ScopeOptions.named("supplier"), (supplier) -> supplier.cancel("sold out"));
			CancelScope.current().check();
		}

		@CancelScoped("0")
		String expired(boolean check) {
			if (check) {
				CancelScope.current().check();
			}
			return "late, and kept";
		}

		@CancelScoped(checkOnEnter = true)
		void checkedOnEnter() {
			this.entered = true;
		}

		@CancelScoped(timeout = "800ms", checkOnExit = true)
		String checkedOnExit(Duration work) {
			this.time.advance(work);
			return "in time";
		}

		@CancelScoped(noCancelFor = IllegalArgumentException.class)
		void failWith(RuntimeException failure) {
			this.last = CancelScope.current();
			throw failure;
		}

		@CancelScoped(cancelOnException = false)
		void failAsAllowed(RuntimeException failure) {
			this.last = CancelScope.current();
			throw failure;
		}

		boolean wasEntered() {
			return this.entered;
		}

		@Nullable RuntimeException thrown() {
			return this.thrown;
		}

		boolean lastWasCancelled() {
			return this.last != null && this.last.isCancelled();
		}

		@CancelScoped
		void fail(IOException failure) throws IOException {
			throw failure;
		}

		@CancelScoped(timeout = "1s", exception = TooSlowException.class)
		void tooSlow() {
			this.time.advance(Duration.ofSeconds(1));
			try {
				CancelScope.current().check();
			}
			catch (RuntimeException ex) {
				this.thrown = ex;
				throw ex;
			}
		}

		@CancelScoped(timeout = "1s", exception = SilentException.class)
		void silent() {
			this.time.advance(Duration.ofSeconds(1));
			CancelScope.current().check();
		}

		@CancelScoped(exception = TooSlowException.class)
		void cancelledBy(IOException cause) {
			CancelScope.current().cancel("supplier failed", cause);
			CancelScope.current().check();
		}

		@CancelScoped("1s")
		void queryIsStopped() {
			query();
		}

		@CancelScoped(timeout = "1s", exception = TooSlowException.class)
		void queryIsStoppedWithOwnType() {
			query();
		}

		private void query() {
			this.time.advance(Duration.ofSeconds(1));
			try {
				CancelScope.current().check();
			}
			catch (RuntimeException ex) {
				throw new QueryTimeoutException("statement cancelled", ex);
			}
		}

		@CancelScoped("1s")
		void supplierWasStopped() {
			OpenScope supplier = CancelScopes.create()
				.open(ScopeOptions.named("supplier").withDeadline(Deadline.after(Duration.ZERO, this.time)));
			try (supplier) {
				supplier.check();
			}
			catch (ScopeCancelledException ex) {
				throw new CompletionException(ex);
			}
		}

		@CancelScoped("1s")
		void failsLate() {
			this.time.advance(Duration.ofSeconds(1));
			throw new IllegalStateException("no such airport");
		}

	}

	static class TooSlowException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		TooSlowException(String message) {
			super(message);
		}

		TooSlowException(String message, @Nullable Throwable cause) {
			super(message, cause);
		}

	}

	static class SilentException extends RuntimeException {

		private static final long serialVersionUID = 1L;

	}

	static class QueryTimeoutException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		QueryTimeoutException(String message, Throwable cause) {
			super(message, cause);
		}

	}

	static class MergedBase {

		public String inherited() {
			return shown();
		}

		static String shown() {
			CancelScope scope = CancelScope.current();
			String text = scope.name() + " " + Budgets.shown(scope);
			CancelScopes.create().run(ScopeOptions.named("below"), (below) -> below.cancel());
			return scope.isCancelled() ? text + " bubbling" : text;
		}

	}

	@CancelScoped(timeout = "2s", bubble = true)
	static class Merged extends MergedBase {

		public String ofTheClass() {
			return shown();
		}

		@CancelScoped(timeout = "1s", name = "named")
		public String ofTheMethod() {
			return shown();
		}

		String notPublic() {
			return CancelScope.current().name();
		}

		@Override
		public String toString() {
			return CancelScope.current().name();
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@CancelScoped
	@interface Quick {

		@AliasFor(annotation = CancelScoped.class, attribute = "timeout")
		String within() default "500ms";

	}

	static class Composed {

		@Quick
		String standard() {
			return Budgets.shown(CancelScope.current());
		}

		@Quick(within = "3s")
		String slower() {
			return Budgets.shown(CancelScope.current());
		}

	}

	@CancelScoped("1s")
	interface Contract {

		@CancelScoped("2s")
		String ofTheInterfacesMethod();

		String ofTheInterface(String argument);

	}

	static class Implementation implements Contract {

		@Override
		public String ofTheInterfacesMethod() {
			return Budgets.shown(CancelScope.current());
		}

		@Override
		public String ofTheInterface(String argument) {
			return Budgets.shown(CancelScope.current());
		}

		public String notOfTheInterface() {
			return Budgets.shown(CancelScope.current());
		}

	}

	static class Resolved {

		@CancelScoped(timeout = "${quotes.budget}", name = "${quotes.name}")
		String placeholder() {
			return CancelScope.current().name() + " " + Budgets.shown(CancelScope.current());
		}

		@CancelScoped("${no.such.property:4s}")
		String placeholderWithDefault() {
			return Budgets.shown(CancelScope.current());
		}

		@CancelScoped("#{T(java.time.Duration).ofSeconds(2 * 3)}")
		String expression() {
			return Budgets.shown(CancelScope.current());
		}

		@CancelScoped("PT2S")
		String iso() {
			return Budgets.shown(CancelScope.current());
		}

		@CancelScoped("250")
		String number() {
			return Budgets.shown(CancelScope.current());
		}

		@CancelScoped("${no.such.property:}")
		String emptyDefault() {
			return Budgets.shown(CancelScope.current());
		}

	}

	static class Budgets {

		@CancelScoped
		String none() {
			return shown(CancelScope.current());
		}

		@CancelScoped("1s")
		String one() {
			return shown(CancelScope.current());
		}

		static String shown(CancelScope scope) {
			return scope.remaining()
				.map((left) -> (left.toMillis() % 1000 == 0) ? left.toSeconds() + "s" : left.toMillis() + "ms")
				.orElse("none");
		}

	}

	public static class Counter {

		int asked;

		public String budget() {
			this.asked++;
			return "2s";
		}

	}

	static class Counted {

		@CancelScoped("#{@counter.budget()}")
		String budget() {
			return Budgets.shown(CancelScope.current());
		}

	}

}
