package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.lang.reflect.Field;
import java.net.HttpURLConnection;
import java.net.URL;
import java.util.List;

import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;

import feign.Client;
import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.ChangedLibrary;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * Feign's default client, whose connections are disconnected when their scope is
 * cancelled. Feign asks it for each connection.
 */
final class StoppableFeignClient extends Client.Default {

	/** Limitation: the names in Feign 13. */
	static final List<String> FIELDS = List.of("sslContextFactory", "hostnameVerifier", "disableRequestBuffering");

	private final Client.Default origin;

	private final @Nullable SSLSocketFactory sockets;

	private final @Nullable HostnameVerifier hostnames;

	private StoppableFeignClient(Client.Default origin, @Nullable SSLSocketFactory sockets,
			@Nullable HostnameVerifier hostnames, boolean disableRequestBuffering) {
		super(sockets, hostnames, disableRequestBuffering);
		this.origin = origin;
		this.sockets = sockets;
		this.hostnames = hostnames;
	}

	/** The client to use instead, or the same one where that is not possible. */
	static Client of(Client client) {
		if (!(client instanceof Client.Default origin)
				|| (client.getClass() != Client.Default.class && client.getClass() != Client.Proxied.class)) {
			return client;
		}
		Field sockets = field(FIELDS.get(0));
		Field hostnames = field(FIELDS.get(1));
		Field buffering = field(FIELDS.get(2));
		if (sockets == null || hostnames == null || buffering == null) {
			ChangedLibrary.report(Client.Default.class, "fields " + FIELDS,
					"calls of Feign's default client do not end with their scope");
			return client;
		}
		return new StoppableFeignClient(origin, (SSLSocketFactory) ReflectionUtils.getField(sockets, client),
				(HostnameVerifier) ReflectionUtils.getField(hostnames, client),
				!Boolean.FALSE.equals(ReflectionUtils.getField(buffering, client)));
	}

	private static @Nullable Field field(String name) {
		Field field = ReflectionUtils.findField(Client.Default.class, name);
		return (field != null && field.trySetAccessible()) ? field : null;
	}

	@Override
	public HttpURLConnection getConnection(URL url) throws IOException {
		HttpURLConnection connection = this.origin.getConnection(url);
		if (!(CancelScope.current() instanceof OpenScope scope)) {
			return connection;
		}
		// Feign doesn't see any more that it is one.
		if (connection instanceof HttpsURLConnection secure) {
			if (this.sockets != null) {
				secure.setSSLSocketFactory(this.sockets);
			}
			if (this.hostnames != null) {
				secure.setHostnameVerifier(this.hostnames);
			}
		}
		return new FeignConnection(connection, scope);
	}

}
