package io.cancelscope.spring.request;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A range of IP addresses, as a property gives it: one address, or a CIDR block such as
 * {@code 10.0.0.0/8}. Names of hosts are none: what a name stands for is up to whoever
 * runs the name server. An IPv4 address that is written as an IPv6 one is the IPv4
 * address. Immutable.
 */
final class AddressRange {

	private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

	/** What Java parses by itself; for anything else it would ask a name server. */
	private static final Pattern LITERAL = Pattern
		.compile("(?:" + OCTET + "\\.){3}" + OCTET + "|(?![.])[0-9a-fA-F:.]{0,45}:[0-9a-fA-F:.]{1,45}");

	private static final Pattern PREFIX = Pattern.compile("0|[1-9][0-9]{0,2}");

	private final byte[] address;

	private final int prefix;

	private AddressRange(byte[] address, int prefix) {
		this.address = address;
		this.prefix = prefix;
	}

	/**
	 * Returns the range that a text gives.
	 * @param text an address, or an address and the length of its prefix
	 * @return the range
	 * @throws IllegalArgumentException if it gives none; the message says what to write
	 */
	static AddressRange of(String text) {
		int slash = text.indexOf('/');
		byte[] address = parse((slash < 0) ? text : text.substring(0, slash));
		int bits = address.length * 8;
		int prefix = (slash < 0) ? bits : prefix(text.substring(slash + 1), bits);
		byte[] first = first(address, prefix);
		if (!Arrays.equals(first, address)) {
			throw new IllegalArgumentException("The value is an address inside a block, not a block. Give the block '"
					+ shown(first) + "/" + prefix + "' or the single address '" + shown(address) + "'.");
		}
		return new AddressRange(address, prefix);
	}

	private static byte[] parse(String text) {
		InetAddress address = literal(text);
		if (address == null) {
			throw new IllegalArgumentException(
					"The value is neither an IP address nor a CIDR block. Give a value such as"
							+ " '10.1.2.3', '10.0.0.0/8' or 'fd00::/8'. Host names are not resolved.");
		}
		return address.getAddress();
	}

	/** Returns the address that a text is; {@code null} if it is none. */
	static @Nullable InetAddress literal(String text) {
		try {
			return LITERAL.matcher(text).matches() ? InetAddress.getByName(text) : null;
		}
		catch (UnknownHostException ex) {
			return null;
		}
	}

	private static int prefix(String text, int bits) {
		if (PREFIX.matcher(text).matches() && Integer.parseInt(text) <= bits) {
			return Integer.parseInt(text);
		}
		throw new IllegalArgumentException(
				"The prefix length is not a number from 0 to " + bits + ". Give a block such as '10.0.0.0/8'.");
	}

	private static byte[] first(byte[] address, int prefix) {
		byte[] first = address.clone();
		for (int bit = prefix; bit < first.length * 8; bit++) {
			first[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
		}
		return first;
	}

	/** Whether an address is in the range; never for one of the other IP version. */
	boolean contains(InetAddress address) {
		byte[] other = address.getAddress();
		return other.length == this.address.length && Arrays.equals(first(other, this.prefix), this.address);
	}

	private static String shown(byte[] address) {
		try {
			return InetAddress.getByAddress(address).getHostAddress();
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public String toString() {
		return shown(this.address) + "/" + this.prefix;
	}

}
