package io.cancelscope.demo.live;

import java.io.IOException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A hundred searches at once, in a real browser.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@Timeout(180)
@DisabledForJreRange(min = JRE.JAVA_18,
		disabledReason = "takes half a minute, and a browser does not depend on the JDK: newer ones open the other pages")
class LoadPageTests {

	@LocalServerPort
	private int port;

	@Test
	void everySearchIsADotAndTheOtherSideStaysBusy() throws IOException {
		try (Browser browser = Browser.start()) {
			browser.open(this.port);
			browser.go("load");
			browser.click("#go");

			browser.await(() -> browser.text("#plain-verdict").contains("Still busy"));
			browser.picture("load");

			assertThat(browser.all("#scoped-dots .dot")).hasSize(LoadController.SEARCHES);
			assertThat(browser.all("#scoped-dots .dot.running")).isEmpty();
			assertThat(browser.text("#scoped-verdict")).contains("Everything was free");
			assertThat(browser.text("#scoped-machine")).containsPattern("10 ms of computing took up to \\d+ ms");
			browser.await(() -> browser.text("#plain-verdict").contains("calls to suppliers"));
			browser.await(() -> browser.text("#plain-verdict").contains("Everything was free"));
			browser.picture("load-over");
			browser.phone();
			browser.picture("load-phone");
			assertThat(browser.cut(".verdict, .machine")).isEmpty();
		}
	}

}
