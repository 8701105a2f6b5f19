package io.cancelscope.spring.request;

import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicReference;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import io.cancelscope.spring.ChangedLibrary;
import org.apache.catalina.connector.RequestFacade;
import org.eclipse.jetty.ee11.servlet.ServletApiRequest;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRequest;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds the address of the other end of a request's connection. The addresses that
 * requests report ({@code getRemoteAddr()}, {@code getRemoteAddress()}) can come from
 * headers such as {@code X-Forwarded-For}, which any client can send: filters, valves and
 * customizers for such headers replace the address. For the filters of this starter.
 */
public final class PeerAddress {

	private PeerAddress() {
	}

	/**
	 * Returns the address of the other end of a connection, as the socket reports it.
	 * Supports Tomcat, Jetty and Reactor Netty.
	 * @param request the request of the server, or a servlet wrapper of it
	 * @return the address; {@code null} for another server or another protocol than TCP
	 */
	public static @Nullable InetAddress of(Object request) {
		String type = request.getClass().getName();
		try {
			if (type.startsWith("reactor.netty.")) {
				return Netty.peer((HttpServerRequest) request);
			}
			if (type.startsWith("org.apache.catalina.connector.")) {
				return Tomcat.peer((RequestFacade) request);
			}
			return type.startsWith("org.eclipse.jetty.") ? Jetty.peer(request) : Wrapped.peer(request);
		}
		catch (LinkageError | RuntimeException ex) {
			// Ignored: another version of the server, or one that hides its classes. The
			// request goes on, and its headers are not believed.
			return null;
		}
	}

	private static @Nullable InetAddress address(@Nullable SocketAddress peer) {
		return (peer instanceof InetSocketAddress internet) ? internet.getAddress() : null;
	}

	/** Each is loaded where its server is there. */
	private static final class Wrapped {

		private static @Nullable InetAddress peer(Object request) {
			ServletRequest around = (request instanceof ServletRequestWrapper wrapper) ? wrapper.getRequest() : null;
			return (around != null) ? of(around) : null;
		}

	}

	private static final class Tomcat {

		/**
		 * Limitation: Tomcat 11.0 has no other way from the servlet API to its own
		 * request, which knows the peer beside what it takes for the remote address.
		 */
		private static final Field REQUEST = field();

		/** A constant, so that reading it does not load anything of Tomcat's. */
		static final String FIELD = "request";

		private static Field field() {
			Field field = ReflectionUtils.findField(RequestFacade.class, FIELD,
					org.apache.catalina.connector.Request.class);
			if (field == null) {
				ChangedLibrary.report(RequestFacade.class, "a field '" + FIELD + "'",
						"no deadline header is believed with cancel-scope.web.trust-headers=from-proxies");
				throw new NoSuchFieldError("org.apache.catalina.connector.RequestFacade." + FIELD);
			}
			ReflectionUtils.makeAccessible(field);
			return field;
		}

		private static @Nullable InetAddress peer(RequestFacade facade) {
			Object request = ReflectionUtils.getField(REQUEST, facade);
			String peer = (request instanceof org.apache.catalina.connector.Request own) ? own.getPeerAddr() : null;
			return (peer != null) ? AddressRange.literal(withoutZone(peer)) : null;
		}

		/** The network interface of a link-local address. */
		private static String withoutZone(String address) {
			int zone = address.indexOf('%');
			return (zone < 0) ? address : address.substring(0, zone);
		}

	}

	private static final class Jetty {

		private static @Nullable InetAddress peer(Object request) {
			if (request instanceof Request made) {
				return peer(made);
			}
			return (request instanceof ServletApiRequest made) ? peer(made.getRequest()) : Wrapped.peer(request);
		}

		private static @Nullable InetAddress peer(Request made) {
			return address(Request.unWrap(made)
				.getConnectionMetaData()
				.getConnection()
				.getEndPoint()
				.getRemoteSocketAddress());
		}

	}

	private static final class Netty {

		private static @Nullable InetAddress peer(HttpServerRequest request) {
			AtomicReference<@Nullable SocketAddress> peer = new AtomicReference<>();
			request.withConnection((connection) -> peer.set(connection.channel().remoteAddress()));
			return address(peer.get());
		}

	}

	/**
	 * Runtime hints for the field that a native image must contain.
	 */
	public static final class Hints implements RuntimeHintsRegistrar {

		private static final String FACADE = "org.apache.catalina.connector.RequestFacade";

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			if (ClassUtils.isPresent(FACADE, classLoader)) {
				hints.reflection().registerType(TypeReference.of(FACADE), (hint) -> hint.withField(Tomcat.FIELD));
			}
		}

	}

}
