package io.cancelscope.spring.httpclient;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.util.ClassUtils;
import org.springframework.web.client.RestClient;

/**
 * The fields and the proxy that a native image must have.
 */
final class HttpClientRuntimeHints implements RuntimeHintsRegistrar {

	private static final String FEIGN = "feign.Client$Default";

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.proxies().registerJdkProxy(RestClient.Builder.class);
		registerField(hints.reflection(), "org.springframework.web.client.DefaultRestClient", ScopedClients.FIELD);
		registerFactory(hints, classLoader, "Jdk", "java.net.http.HttpClient");
		registerFactory(hints, classLoader, "Jetty", "org.eclipse.jetty.client.HttpClient");
		registerFactory(hints, classLoader, "Reactor", "reactor.netty.http.client.HttpClient");
		if (ClassUtils.isPresent("reactor.netty.http.client.HttpClient", classLoader)) {
			registerField(hints.reflection(), "reactor.netty.transport.ClientTransportConfig", AbandonablePool.FIELD);
			registerField(hints.reflection(), "org.springframework.http.client.reactive.ReactorClientHttpConnector",
					ReactorConnector.CLIENT);
			registerField(hints.reflection(),
					"org.springframework.web.reactive.function.client.DefaultWebClientBuilder",
					ReactorConnector.CONNECTOR);
		}
		if (ClassUtils.isPresent(FEIGN, classLoader)) {
			for (String field : StoppableFeignClient.FIELDS) {
				registerField(hints.reflection(), FEIGN, field);
			}
		}
	}

	private static void registerFactory(RuntimeHints hints, @Nullable ClassLoader classLoader, String name,
			String library) {
		if (ClassUtils.isPresent(library, classLoader)) {
			registerField(hints.reflection(), "org.springframework.http.client." + name + "ClientHttpRequestFactory",
					LibraryClient.FIELD);
		}
	}

	private static void registerField(ReflectionHints hints, String type, String field) {
		hints.registerType(TypeReference.of(type), (hint) -> hint.withField(field));
	}

}
