package io.cancelscope.spring.web;

import java.net.http.HttpResponse;
import java.util.List;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applications that resolve all exceptions themselves still answer a cancelled request as
 * one, unless they say that theirs comes first.
 */
@Timeout(120)
class OwnResolverTests {

	@ParameterizedTest
	@ValueSource(classes = { Before.class, Instead.class })
	void resolverOfTheUsersForEverythingDoesNotMakeItAFailure(Class<?> application) throws Exception {
		try (ConfigurableApplicationContext context = Server.TOMCAT.start(application,
				"cancel-scope.timeouts[GET /blocking]=300ms")) {
			for (String path : List.of("/cancelled", "/blocking")) {
				HttpResponse<String> response = Lobby.get(context, path, null);

				assertThat(response.statusCode()).as(response.body()).isIn(503, 504);
				assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
			}
		}
	}

	@ParameterizedTest
	@ValueSource(classes = First.class)
	void resolverThatIsSaidToComeFirstDoes(Class<?> application) throws Exception {
		try (ConfigurableApplicationContext context = Server.TOMCAT.start(application)) {
			assertThat(Lobby.get(context, "/cancelled", null).statusCode()).isEqualTo(500);
		}
	}

	private record Everything(int order) implements HandlerExceptionResolver, Ordered {

		@Override
		public int getOrder() {
			return this.order;
		}

		@Override
		public ModelAndView resolveException(HttpServletRequest request, HttpServletResponse response,
				@Nullable Object handler, Exception exception) {
			response.reset();
			response.setStatus(500);
			return new ModelAndView();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Lobby.class)
	static class Before {

		@Bean
		HandlerExceptionResolver everything() {
			return new Everything(-1);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Lobby.class)
	static class First {

		@Bean
		HandlerExceptionResolver everything() {
			return new Everything(Ordered.HIGHEST_PRECEDENCE);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Lobby.class)
	static class Instead implements WebMvcConfigurer {

		@Override
		public void configureHandlerExceptionResolvers(List<HandlerExceptionResolver> resolvers) {
			resolvers.add(new Everything(0));
		}

	}

}
