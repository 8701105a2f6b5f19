package io.cancelscope.demo.live;

import java.io.IOException;

import io.cancelscope.demo.Desk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.Keys;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page that shows the budgets and changes them: in a real browser, and without one.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@Timeout(180)
class BudgetsPageTests {

	private static final String QUOTES = "#names .name-row[data-name='GET /quotes'] ";

	@LocalServerPort
	private int port;

	@AfterEach
	void changeBack() {
		new Desk(this.port).send("DELETE", "/budgets/live", "{}");
	}

	@Test
	void budgetIsShownAndChangedWithTheKeyboard() throws IOException {
		Desk desk = new Desk(this.port);
		assertThat(desk.quotes("budget=200ms").status()).isEqualTo(200);
		try (Browser browser = Browser.start()) {
			browser.open(this.port);
			browser.go("budgets");
			browser.await(() -> browser.text(QUOTES + ".times").startsWith("p50 "));
			assertThat(browser.all(QUOTES + ".scale i.p50")).hasSize(1);

			browser.one(QUOTES + "[name='timeout']").sendKeys("1ms", Keys.ENTER);

			browser.await(() -> browser.text(QUOTES + ".facts").startsWith("1.0 ms from changed"));
			assertThat(desk.quotes("budget=200ms").status()).isEqualTo(504);
			browser.picture("budgets-changed");
			browser.one(QUOTES + ".back").sendKeys(Keys.SPACE);
			browser.await(() -> !browser.text(QUOTES + ".facts").contains("hanged"));
			assertThat(desk.quotes("budget=200ms").status()).isEqualTo(200);

			browser.one(QUOTES + "[name='timeout']").clear();
			browser.one(QUOTES + "[name='timeout']").sendKeys("2 parsecs", Keys.ENTER);
			browser.await(() -> browser.text("#answer").contains("400: "));
			assertThat(browser.text("#answer")).contains("2 parsecs");

			browser.one("#observe").sendKeys(Keys.ENTER);
			browser.await(() -> browser.text(QUOTES + ".facts").contains("observe"));
			browser.dark();
			browser.phone();
			browser.picture("budgets-phone-dark");
			assertThat(browser.run("return document.documentElement.scrollWidth <= innerWidth")).isEqualTo(true);
			browser.one("#reset").sendKeys(Keys.ENTER);
			browser.await(() -> browser.text(QUOTES + ".facts").contains("enforce"));
		}
	}

	@Test
	void otherSitesAndOtherFormatsAreNotAnswered() {
		Desk desk = new Desk(this.port);

		assertThat(desk.get("/budgets/live").<Boolean>read("$.writable")).isTrue();
		assertThat(
				desk.sendAs("POST", "/budgets/live", "Content-Type", "text/plain", "{\"mode\":\"observe\"}").status())
			.isEqualTo(415);
		assertThat(desk.sendAs("GET", "/budgets/live", "Sec-Fetch-Site", "cross-site", "").status()).isEqualTo(404);
	}

}
