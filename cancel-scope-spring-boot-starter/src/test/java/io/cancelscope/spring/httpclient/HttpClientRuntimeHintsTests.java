package io.cancelscope.spring.httpclient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The private fields of Spring and the libraries that are read: they are there, and a
 * native image has them.
 */
class HttpClientRuntimeHintsTests {

	@ParameterizedTest
	@CsvSource({ "org.springframework.web.client.DefaultRestClient, clientRequestFactory",
			"org.springframework.http.client.JdkClientHttpRequestFactory, httpClient",
			"org.springframework.http.client.JettyClientHttpRequestFactory, httpClient",
			"org.springframework.http.client.ReactorClientHttpRequestFactory, httpClient",
			"reactor.netty.transport.ClientTransportConfig, connectionProvider",
			"org.springframework.http.client.reactive.ReactorClientHttpConnector, httpClient",
			"org.springframework.web.reactive.function.client.DefaultWebClientBuilder, connector",
			"feign.Client$Default, sslContextFactory", "feign.Client$Default, hostnameVerifier",
			"feign.Client$Default, disableRequestBuffering" })
	void fieldIsThereAndRegistered(String type, String field) throws Exception {
		RuntimeHints hints = hints();

		assertThat(Class.forName(type).getDeclaredField(field).trySetAccessible()).isTrue();
		assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(type, field)).accepts(hints);
	}

	@Test
	void proxyOfTheBuilderIsRegistered() {
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(RestClient.Builder.class)).accepts(hints());
	}

	private static RuntimeHints hints() {
		RuntimeHints hints = new RuntimeHints();
		new HttpClientRuntimeHints().registerHints(hints, HttpClientRuntimeHintsTests.class.getClassLoader());
		return hints;
	}

}
