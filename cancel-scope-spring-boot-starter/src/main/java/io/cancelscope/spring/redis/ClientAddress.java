package io.cancelscope.spring.redis;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Addresses of clients in the list that the server gives. Behind a proxy, or after a
 * failover, the list may be that of another server, where the id of a connection is
 * another client's: that one must not be touched.
 */
final class ClientAddress {

	private static final Pattern ADDRESS = Pattern.compile("(?:^|\\s)addr=\\[?(\\S*?)]?:(\\d+)(?:\\s|$)");

	private ClientAddress() {
	}

	/** Returns whether the first client of a list is at an address. */
	static boolean isIn(String list, InetSocketAddress address) {
		Matcher matcher = ADDRESS.matcher(list);
		try {
			return matcher.find() && Integer.parseInt(matcher.group(2)) == address.getPort()
					&& InetAddress.getByName(matcher.group(1)).equals(address.getAddress());
		}
		catch (UnknownHostException | NumberFormatException ex) {
			return false;
		}
	}

}
