package io.cancelscope.spring.webflux;

import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.WebFilter;

/**
 * Never answers: a filter hangs, as a slow authentication would.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class HangingApplication {

	public static ConfigurableApplicationContext start(String... properties) {
		return ReactiveRequestTests.newContext(HangingApplication.class, properties);
	}

	@Bean
	WebFilter hangingFilter() {
		return (exchange, chain) -> Mono.never();
	}

}
