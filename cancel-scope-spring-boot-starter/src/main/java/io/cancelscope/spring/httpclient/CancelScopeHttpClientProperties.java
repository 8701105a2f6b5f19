package io.cancelscope.spring.httpclient;

import io.cancelscope.spring.DeadlineHeader;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Properties {@code cancel-scope.httpclient.*}.
 *
 * @param enabled Whether to end HTTP calls inside a scope when the scope is cancelled.
 * @param deadlineHeader Header that sends the remaining budget to the called service,
 * such as 'grpc-timeout', 'x-envoy-expected-rq-timeout-ms' or
 * 'X-Request-Timeout=seconds'. No header by default.
 */
@ConfigurationProperties("cancel-scope.httpclient")
public record CancelScopeHttpClientProperties(@DefaultValue("true") boolean enabled, @Nullable String deadlineHeader) {

	public CancelScopeHttpClientProperties {
		header(deadlineHeader);
	}

	@Nullable DeadlineHeader header() {
		return header(this.deadlineHeader);
	}

	private static @Nullable DeadlineHeader header(@Nullable String text) {
		if (text == null || text.isBlank()) {
			return null;
		}
		try {
			return DeadlineHeader.of(text);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException("cancel-scope.httpclient.deadline-header", text,
					ex.getMessage());
		}
	}

}
