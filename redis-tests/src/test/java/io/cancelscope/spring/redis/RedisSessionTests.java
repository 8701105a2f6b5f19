package io.cancelscope.spring.redis;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.serializer.RedisSerializer;
import org.springframework.session.Session;
import org.springframework.session.SessionRepository;
import org.springframework.session.data.redis.RedisSessionRepository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The session of a request that ran out of time is saved.
 */
class RedisSessionTests {

	private static TestRedis server;

	@BeforeAll
	static void start() {
		server = TestRedis.start();
	}

	@AfterAll
	static void stop() {
		if (server != null) {
			server.close();
		}
	}

	@Test
	void aSessionIsSavedInACancelledScope() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.properties("spring.data.redis.port=" + server.port(), "spring.main.banner-mode=off")
			.run()) {
			SessionRepository<?> sessions = context.getBean(SessionRepository.class);
			save(context, sessions);
		}
	}

	private static <S extends Session> void save(ConfigurableApplicationContext context,
			SessionRepository<S> sessions) {
		S session = sessions.createSession();
		session.setAttribute("name", "value");
		try (OpenScope scope = context.getBean(CancelScopes.class).open(ScopeOptions.named("mine"))) {
			scope.cancel("for the test");
			Throwable refused = catchThrowable(
					() -> context.getBean(StringRedisTemplate.class).opsForValue().get("key"));
			assertThat(ScopeCancelledException.findIn(refused)).isNotNull();

			sessions.save(session);
		}
		assertThat(sessions.findById(session.getId()).<String>getAttribute("name")).isEqualTo("value");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		RedisSessionRepository sessions(RedisConnectionFactory factory) {
			RedisTemplate<String, Object> template = new RedisTemplate<>();
			template.setConnectionFactory(factory);
			template.setKeySerializer(RedisSerializer.string());
			template.setHashKeySerializer(RedisSerializer.string());
			template.afterPropertiesSet();
			return new RedisSessionRepository(template);
		}

	}

}
