package io.cancelscope.spring.request;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.cancelscope.spring.OneLineLog;
import org.jspecify.annotations.Nullable;

/**
 * Whose headers are believed. What counts is the other end of the connection, and never
 * what a request says about the way it came: anybody can write an
 * {@code X-Forwarded-For}.
 */
final class HeaderTrust {

	private static final OneLineLog logger = OneLineLog.of(RequestScopes.class);

	private final CancelScopeWebProperties.Trust trust;

	private final List<AddressRange> proxies;

	private final AtomicBoolean said = new AtomicBoolean();

	HeaderTrust(CancelScopeWebProperties.Trust trust, List<AddressRange> proxies) {
		this.trust = trust;
		this.proxies = proxies;
	}

	/**
	 * Returns whether the headers of a request are believed. The first time that they are
	 * not, a line says why: a list that misses a proxy would go unnoticed otherwise.
	 * @param header the name of one of them
	 * @param peer finds the other end of the connection; called only if it matters
	 */
	boolean believes(String header, Supplier<? extends @Nullable InetAddress> peer) {
		return switch (this.trust) {
			case ALWAYS -> true;
			case NEVER -> false;
			case FROM_PROXIES -> isProxy(header, peer.get());
		};
	}

	private boolean isProxy(String header, @Nullable InetAddress peer) {
		if (peer != null && isInTheList(peer)) {
			return true;
		}
		if (this.said.compareAndSet(false, true)) {
			say(header, peer);
		}
		return false;
	}

	private boolean isInTheList(InetAddress peer) {
		return this.proxies.stream().anyMatch((range) -> range.contains(peer));
	}

	/** Once, since strangers can send as many as they like. */
	private static void say(String header, @Nullable InetAddress peer) {
		String ignored = "Ignored the header '" + header + "' of a request";
		if (peer != null) {
			logger.info(ignored + " from " + peer.getHostAddress() + ", which is not in"
					+ " cancel-scope.web.trusted-proxies. Add the address there if it is one of your proxies."
					+ " This is logged once");
		}
		else {
			logger.warn(ignored + ": this server does not report the address of the other end of a connection, which"
					+ " cancel-scope.web.trust-headers=from-proxies needs. Set it to 'always' or 'never'."
					+ " This is logged once");
		}
	}

}
