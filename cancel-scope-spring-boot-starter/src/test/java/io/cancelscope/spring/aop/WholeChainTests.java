package io.cancelscope.spring.aop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.task.CancelScopeTaskAutoConfiguration;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.constraints.NotBlank;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.validation.annotation.Validated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Where a scope lies among all that Spring puts around a method. The documentation shows
 * what is asserted here.
 */
class WholeChainTests {

	private static final Path PAGE = Path.of("..", "docs", "concepts", "weaving.md");

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeTaskAutoConfiguration.class,
				AopAutoConfiguration.class, TaskExecutionAutoConfiguration.class, ValidationAutoConfiguration.class))
		.withUserConfiguration(Everything.class);

	@AfterEach
	void logOut() {
		SecurityContextHolder.clearContext();
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void chainIsTheOneThatTheDocumentationShows(String weaving) {
		this.runner.withPropertyValues("cancel-scope.weaving=" + weaving).run((context) -> {
			Service service = context.getBean(Service.class);
			String chain = Arrays.stream(((Advised) service).getAdvisors())
				.map((advisor) -> nameOf(advisor, weaving))
				.filter((name) -> !name.isEmpty())
				.collect(Collectors.joining("\n"));

			assertThat(chain).isEqualTo(weaving.equals("advisor") ? """
					@CancelScoped
					carrying of the caller's scope
					@Async
					@ConcurrencyLimit
					@Retryable
					aspect of the user
					@PreAuthorize
					@Cacheable
					@Transactional
					@Validated""" : """
					@CancelScoped of @Async methods
					carrying of the caller's scope
					@Async
					@ConcurrencyLimit
					@Retryable
					@CancelScoped
					aspect of the user
					@PreAuthorize
					@Cacheable
					@Transactional
					@Validated""");
			assertThat(page()).contains("```text\n" + chain + "\n```");
			assertThat(AopUtils.isAopProxy(((Advised) service).getTargetSource().getTarget())).isFalse();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void scopeIsThereForAllThatIsInside(String weaving) {
		this.runner.withPropertyValues("cancel-scope.weaving=" + weaving).run((context) -> {
			Service service = context.getBean(Service.class);
			logIn("ROLE_TRAVELLER");

			assertThat(service.find("Lisbon")).isEqualTo("Service.find for Lisbon");
			assertThat(service.find("Lisbon")).isEqualTo("Service.find for Lisbon");

			assertThat(context.getBean(Trail.class).words).containsExactly("aspect in Service.find",
					"begin in Service.find", "body in Service.find", "commit in Service.find",
					"aspect in Service.find");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void refusalsPassTheScopeUnchanged(String weaving) {
		this.runner.withPropertyValues("cancel-scope.weaving=" + weaving).run((context) -> {
			Service service = context.getBean(Service.class);

			logIn("ROLE_STRANGER");
			assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(() -> service.find("Lisbon"));

			logIn("ROLE_TRAVELLER");
			assertThatExceptionOfType(ConstraintViolationException.class).isThrownBy(() -> service.find(" "));
			assertThat(context.getBean(Trail.class).words).contains("rollback in Service.find");
		});
	}

	private static void logIn(String role) {
		SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("ada", "", role));
	}

	private static String page() throws IOException {
		return Files.readString(PAGE);
	}

	private static String nameOf(Advisor advisor, String weaving) {
		String advice = advisor.getAdvice().getClass().getSimpleName();
		return switch (advice) {
			case "Capture" -> "carrying of the caller's scope";
			case "AnnotationAsyncExecutionInterceptor" -> "@Async";
			case "CancelScopedInterceptor" ->
				weaving.equals("aspect") ? "@CancelScoped of @Async methods" : "@CancelScoped";
			case "ConcurrencyLimitInterceptor" -> "@ConcurrencyLimit";
			case "RetryAnnotationInterceptor" -> "@Retryable";
			case "DeferringMethodInterceptor" -> "@PreAuthorize";
			case "CacheInterceptor" -> "@Cacheable";
			case "TransactionInterceptor" -> "@Transactional";
			case "MethodValidationInterceptor" -> "@Validated";
			case "AspectJAroundAdvice" ->
				advisor.toString().contains("CancelScoped") ? "@CancelScoped" : "aspect of the user";
			// The other halves of the carrying and of the scope, and what AspectJ's
			// advice needs in front.
			case "Restore", "ScopedBodyInterceptor", "ExposeInvocationInterceptor", "" -> "";
			default -> advice;
		};
	}

	static class Trail {

		final List<String> words = new CopyOnWriteArrayList<>();

		void add(String word) {
			this.words.add(word + " in " + CancelScope.current().name());
		}

	}

	@Validated
	static class Service {

		private final Trail trail;

		Service(Trail trail) {
			this.trail = trail;
		}

		@Async
		@CancelScoped("1h")
		public CompletableFuture<String> later() {
			return CompletableFuture.completedFuture("");
		}

		@CancelScoped("1h")
		@ConcurrencyLimit(2)
		@Retryable(maxRetries = 1, delay = 0,
				excludes = { AccessDeniedException.class, ConstraintViolationException.class })
		@PreAuthorize("hasRole('TRAVELLER')")
		@Cacheable("fares")
		@Transactional
		public String find(@NotBlank String city) {
			this.trail.add("body");
			return CancelScope.current().name() + " for " + city;
		}

	}

	@Aspect
	@Order(100)
	static class UsersAspect {

		private final Trail trail;

		UsersAspect(Trail trail) {
			this.trail = trail;
		}

		@Around("execution(* *..WholeChainTests.Service.*(..))")
		public @Nullable Object around(ProceedingJoinPoint joinPoint) throws Throwable {
			this.trail.add("aspect");
			return joinPoint.proceed();
		}

	}

	static class TransactionManager extends AbstractPlatformTransactionManager {

		private static final long serialVersionUID = 1L;

		private final transient Trail trail;

		TransactionManager(Trail trail) {
			this.trail = trail;
		}

		@Override
		protected Object doGetTransaction() {
			return this;
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
			this.trail.add("begin");
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			this.trail.add("commit");
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
			this.trail.add("rollback");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	@EnableResilientMethods
	@EnableMethodSecurity
	@EnableCaching
	@EnableTransactionManagement
	static class Everything {

		@Bean
		static Trail trail() {
			return new Trail();
		}

		@Bean
		Service service(Trail trail) {
			return new Service(trail);
		}

		@Bean
		static UsersAspect usersAspect(Trail trail) {
			return new UsersAspect(trail);
		}

		@Bean
		CacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

		@Bean
		PlatformTransactionManager transactionManager(Trail trail) {
			return new TransactionManager(trail);
		}

	}

}
