package io.cancelscope.spring.request;

import java.net.InetAddress;
import java.net.UnknownHostException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Which addresses a property believes.
 */
class AddressRangeTests {

	@ParameterizedTest
	@CsvSource({ "10.0.0.0/8, 10.255.1.2, true", "10.0.0.0/8, 11.0.0.0, false", "172.16.0.0/12, 172.31.255.255, true",
			"172.16.0.0/12, 172.32.0.0, false", "100.64.0.0/10, 100.127.0.1, true", "100.64.0.0/10, 100.128.0.1, false",
			"10.1.2.3, 10.1.2.3, true", "10.1.2.3, 10.1.2.4, false", "10.1.2.3/32, 10.1.2.3, true",
			"0.0.0.0/0, 203.0.113.9, true", "0.0.0.0/0, ::1, false", "::/0, 10.0.0.1, false",
			"::1, 0:0:0:0:0:0:0:1, true", "fd00::/8, fd12:3456::1, true", "fd00::/8, fe80::1, false",
			"fe80::/10, febf::1, true", "2001:db8::/127, 2001:db8::1, true", "2001:db8::/127, 2001:db8::2, false",
			"10.1.2.3, ::ffff:10.1.2.3, true", "::ffff:10.1.2.3, 10.1.2.3, true",
			"255.255.255.255, 255.255.255.255, true" })
	void addressIsInTheRangeOrNot(String range, String address, boolean inside) throws UnknownHostException {
		assertThat(AddressRange.of(range).contains(InetAddress.getByName(address))).isEqualTo(inside);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "/", "/8", "localhost", "proxy.example.com", "abc", "10", "10.0.0", "10.0.0.0.0",
			"256.0.0.1", "010.0.0.1", "10.0.0.0-10.0.0.9", "10.*", "10\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}", "1.2.3.4:80",
			"[::1]", ":", ":::", ".::1", "fe80::1%eth0", "1:2:3:4:5:6:7:8:9", "::1::", "١٠.٠.٠.١", "0x0a000001",
			"10.0.0.1\n", " 10.0.0.1" })
	void whatIsNoAddressIsRefusedWithoutALookUp(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> AddressRange.of(text))
			.withMessageContaining("neither an IP address nor a CIDR block")
			.withMessageContaining("'10.0.0.0/8'");
	}

	@ParameterizedTest
	@CsvSource({ "10.0.0.0/33, 32", "10.0.0.0/-1, 32", "10.0.0.0/, 32", "10.0.0.0/08, 32", "10.0.0.0/8/8, 32",
			"10.0.0.0/255.0.0.0, 32", "10.0.0.0/٨, 32", "fd00::/129, 128", "10.0.0.0/99999999999, 32" })
	void whatIsNoPrefixIsRefused(String text, int most) {
		assertThatIllegalArgumentException().isThrownBy(() -> AddressRange.of(text))
			.withMessageContaining("not a number from 0 to " + most);
	}

	@Test
	void addressInABlockIsRefusedWithBothThatCouldBeMeant() {
		assertThatIllegalArgumentException().isThrownBy(() -> AddressRange.of("10.1.2.3/8"))
			.withMessageContaining("'10.0.0.0/8'")
			.withMessageContaining("'10.1.2.3'");
	}

	@Test
	void hugeTextIsRefusedAtOnce() {
		assertThatIllegalArgumentException().isThrownBy(() -> AddressRange.of("1".repeat(1_000_000)));
		assertThatIllegalArgumentException().isThrownBy(() -> AddressRange.of(":".repeat(1_000_000)));
	}

}
