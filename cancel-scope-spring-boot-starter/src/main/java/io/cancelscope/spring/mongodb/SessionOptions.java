package io.cancelscope.spring.mongodb;

import java.util.concurrent.TimeUnit;

import com.mongodb.ClientSessionOptions;
import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;

/**
 * Gives transactions a deadline when their session is made. Within a transaction the
 * driver refuses any other timeout.
 */
final class SessionOptions {

	private SessionOptions() {
	}

	/**
	 * Returns the options of a session that is made in a scope.
	 * @param options what the application wants, or {@code null}
	 * @param ofClient the timeout of the client, or {@code null}
	 */
	static ClientSessionOptions limited(CancelScope scope, @Nullable ClientSessionOptions options,
			@Nullable Long ofClient) {
		scope.check();
		ClientSessionOptions own = (options != null) ? options : ClientSessionOptions.builder().build();
		Long timeout = own.getDefaultTimeout(TimeUnit.MILLISECONDS);
		long millis = Budget.millis(scope, (timeout != null) ? timeout : ofClient, 0);
		return (millis != Budget.NONE)
				? ClientSessionOptions.builder(own).defaultTimeout(millis, TimeUnit.MILLISECONDS).build() : own;
	}

}
