package io.cancelscope.spring.httpclient;

import java.time.Duration;
import java.util.function.Supplier;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * The libraries that RestClient works with.
 */
enum Client {

	JDK(ClientHttpRequestFactoryBuilder::jdk), HTTP_COMPONENTS(ClientHttpRequestFactoryBuilder::httpComponents),
	JETTY(ClientHttpRequestFactoryBuilder::jetty), REACTOR(ClientHttpRequestFactoryBuilder::reactor),
	SIMPLE(ClientHttpRequestFactoryBuilder::simple);

	private final Supplier<ClientHttpRequestFactoryBuilder<?>> builder;

	Client(Supplier<ClientHttpRequestFactoryBuilder<?>> builder) {
		this.builder = builder;
	}

	ClientHttpRequestFactoryBuilder<?> builder() {
		return this.builder.get();
	}

	/** HttpURLConnection is only stopped by its timeouts, but on virtual threads. */
	boolean waitsForItsTimeout(Worker worker) {
		return this == SIMPLE && worker == Worker.PLATFORM;
	}

	ClientHttpRequestFactory factory() {
		HttpClientSettings settings = HttpClientSettings.defaults();
		return new ScopedRequestFactoryCustomizer().customize(builder())
			.build((this == SIMPLE) ? settings.withReadTimeout(Duration.ofMillis(700))
					: settings.withReadTimeout(Duration.ofSeconds(60)));
	}

}
