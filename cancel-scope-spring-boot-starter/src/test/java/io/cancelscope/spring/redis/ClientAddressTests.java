package io.cancelscope.spring.redis;

import java.net.InetAddress;
import java.net.InetSocketAddress;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which client of a server is a connection of ours.
 */
class ClientAddressTests {

	@ParameterizedTest
	@CsvSource({ "id=3 addr=127.0.0.1:4711 laddr=127.0.0.1:6379 fd=8, true",
			"id=3 addr=127.0.0.1:4712 laddr=127.0.0.1:4711 fd=8, false", "id=3 addr=10.1.1.1:4711 fd=8, false",
			"'', false", "id=3 addr=redis.sock:0 fd=8, false", "addr=127.0.0.1:99999999999, false" })
	void addressesAreCompared(String list, boolean same) throws Exception {
		assertThat(ClientAddress.isIn(list, new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 4711)))
			.isEqualTo(same);
	}

	@ParameterizedTest
	@CsvSource({ "id=3 addr=[::1]:4711 fd=8, true", "id=3 addr=[fe80::1]:4711 fd=8, false" })
	void addressesOfTheNewInternet(String list, boolean same) throws Exception {
		assertThat(ClientAddress.isIn(list, new InetSocketAddress(InetAddress.getByName("0:0:0:0:0:0:0:1"), 4711)))
			.isEqualTo(same);
	}

}
