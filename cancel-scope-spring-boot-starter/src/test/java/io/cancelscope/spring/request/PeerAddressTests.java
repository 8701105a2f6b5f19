package io.cancelscope.spring.request;

import jakarta.servlet.http.HttpServletRequestWrapper;
import org.apache.catalina.connector.RequestFacade;
import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.mock.web.MockHttpServletRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The other end of a connection where no known server is; {@code ForwardedPeerTests} ask
 * the known ones.
 */
class PeerAddressTests {

	@Test
	void requestOfAnUnknownServerHasNone() {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.setRemoteAddr("10.0.0.1");

		assertThat(PeerAddress.of(request)).isNull();
		assertThat(PeerAddress.of(new HttpServletRequestWrapper(request))).isNull();
		assertThat(PeerAddress.of("no request")).isNull();
	}

	@Test
	void tomcatsRequestThatIsOverHasNone() {
		RequestFacade request = new RequestFacade(null);
		request.clear();

		assertThat(PeerAddress.of(request)).isNull();
	}

	@Test
	void nativeImageHasTheFieldOfTomcatsFacade() {
		RuntimeHints hints = new RuntimeHints();

		new PeerAddress.Hints().registerHints(hints, getClass().getClassLoader());

		assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(RequestFacade.class, "request")).accepts(hints);
	}

	@Test
	void nothingIsHintedWithoutTomcat() {
		RuntimeHints hints = new RuntimeHints();

		new PeerAddress.Hints().registerHints(hints, new FilteredClassLoader("org.apache.catalina"));

		assertThat(hints.reflection().typeHints()).isEmpty();
	}

}
