package io.cancelscope.demo.live;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.openqa.selenium.Keys;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page in a real browser: set, search, watch, cancel. Each state leaves a picture in
 * {@code target/screenshots}.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@Timeout(120)
@EnabledForJreRange(min = JRE.JAVA_18,
		disabledReason = "takes a minute, and a browser does not depend on the JDK: 17 shows the load")
class LivePageTests {

	private static Browser shared;

	@LocalServerPort
	private int port;

	@Autowired
	private Archive archive;

	@Autowired
	private BlockingQueue<CancelReason.Kind> reasons;

	private Browser browser;

	@BeforeAll
	static void startBrowser() {
		shared = Browser.start();
	}

	@AfterAll
	static void endBrowser() {
		if (shared != null) {
			shared.close();
		}
	}

	@BeforeEach
	void open() {
		this.browser = shared;
		this.browser.open(this.port);
		this.browser.go("");
	}

	@AfterEach
	void close() {
		this.browser.closePage();
	}

	@Test
	void searchStopsWhatIsLateAndTheOtherSideRunsOn() throws IOException {
		everybodyIsFast();
		this.browser.choose("eos", "hanging");
		this.browser.choose("history", "hanging");
		this.browser.choose("delta", "failing");
		this.browser.click("#search");

		this.browser.await(() -> this.browser.text("#plain-verdict").contains("Still busy: 2 threads, 1 query"));
		this.browser.await(() -> state("eos").equals("cancelled") && said("eos").contains("after the deadline"));
		this.browser.await(() -> said("usual price").contains("after the deadline"));
		this.browser.picture("stopped");

		assertThat(state("aurora")).isEqualTo("done");
		assertThat(state("delta")).isEqualTo("failed");
		assertThat(this.browser.text("#scoped-verdict")).contains("3 of 6: the budget of 800ms is used up");
	}

	@Test
	void openScopeIsCancelledByItsButtonWithAllBelow() throws IOException {
		everybodyIsFast();
		this.browser.choose("eos", "hanging");
		this.browser.set("budget", "4000");
		this.browser.click("#search");
		this.browser.await(() -> state("eos").equals("running") && state("aurora").equals("done"));
		this.browser.picture("running");

		this.browser.click(this.browser.row("scoped", "search") + " button");

		this.browser.await(() -> said("eos").contains("after the cancel"));
		this.browser.picture("cancelled");
		assertThat(this.browser.text("#scoped-verdict")).contains("cancelled on the page");
	}

	@Test
	void shieldedArchiveIsWrittenAfterTheEndAndAnUnshieldedOneIsNot() throws IOException {
		everybodyIsFast();
		this.browser.choose("eos", "hanging");
		this.browser.set("budget", "300");
		long before = this.archive.count();
		this.browser.click("#search");
		this.browser.await(() -> state("archive").equals("running") && state("eos").equals("cancelled"));
		this.browser.picture("shielded");
		this.browser.await(() -> state("archive").equals("done"));

		assertThat(this.archive.count()).isEqualTo(before + 1);

		this.browser.tick("shield", false);
		this.browser.click("#search");
		this.browser.await(() -> said("archive").contains("after the deadline"));
		assertThat(this.archive.count()).isEqualTo(before + 1);
	}

	@Test
	void failureBubblesAndStopsTheRest() throws IOException {
		everybodyIsFast();
		this.browser.choose("eos", "hanging");
		this.browser.choose("delta", "failing");
		this.browser.set("budget", "4000");
		this.browser.tick("bubble", true);
		this.browser.click("#search");

		this.browser.await(() -> said("eos").contains("after the cancel"));
		this.browser.picture("bubbled");
		assertThat(state("delta")).isEqualTo("failed");
		assertThat(state("search")).isEqualTo("cancelled");
	}

	@Test
	void closingThePageCancelsTheSearch() throws InterruptedException {
		everybodyIsFast();
		this.browser.choose("eos", "hanging");
		this.browser.set("budget", "4000");
		this.reasons.clear();
		this.browser.click("#search");
		this.browser.await(() -> state("eos").equals("running"));

		this.browser.closePage();

		assertThat(this.reasons.poll(20, TimeUnit.SECONDS)).isEqualTo(CancelReason.Kind.DISCONNECTED);
	}

	@Test
	void keyboardAloneIsEnough() {
		everybodyIsFast();
		this.browser.run("document.querySelector('nav a').focus()");
		StringBuilder way = new StringBuilder();
		for (int i = 0; i < 17; i++) {
			this.browser.focused().sendKeys(Keys.TAB);
			way.append(this.browser.focused().getDomAttribute("id")).append(' ');
		}
		assertThat(way).contains("budget", "shield", "bubble", "search");

		this.browser.one("#search").sendKeys(Keys.ENTER);

		this.browser.await(() -> this.browser.text("#scoped-verdict").contains("6 of 6"));
	}

	@Test
	void cancellingByKeyboardKeepsTheFocusUntilItGoesOn() {
		everybodyIsFast();
		this.browser.choose("eos", "hanging");
		this.browser.click(".presets button[value='10000']");
		this.browser.click("#search");
		this.browser.await(() -> state("eos").equals("running"));
		String button = this.browser.row("scoped", "eos") + " button";

		this.browser.one(button).sendKeys(Keys.ENTER);
		this.browser.await(() -> said("eos").contains("after the cancel"));

		assertThat(this.browser.focused()).isEqualTo(this.browser.one(button));
		assertThat(this.browser.one(button).getDomAttribute("aria-disabled")).isEqualTo("true");

		this.browser.focused().sendKeys(Keys.TAB);

		assertThat(this.browser.focused().getTagName()).isNotEqualTo("body");
		assertThat(this.browser.one(button).isDisplayed()).isFalse();
	}

	@Test
	void rowsStandInTheSameOrderOnBothSides() {
		everybodyIsFast();
		this.browser.set("budget", "10000");
		List<String> asked = List.of("search", "aurora", "borealis", "cumulus", "delta", "eos", "usual price");

		for (int i = 0; i < 3; i++) {
			this.browser.click("#search");
			this.browser.await(() -> over() && this.browser.rows("scoped").size() == 8);

			assertThat(this.browser.rows("scoped")).startsWith(asked.toArray(String[]::new)).endsWith("archive");
			assertThat(this.browser.rows("plain")).isEqualTo(asked);
		}
	}

	@Test
	void phoneShowsTheResultsWithWholeLabels() throws IOException {
		this.browser.phone();
		this.browser.go("");
		everybodyIsFast();
		this.browser.choose("eos", "hanging");
		this.browser.choose("history", "hanging");
		this.browser.set("budget", "2000");
		this.browser.picture("phone-form");
		this.browser.click("#search");
		this.browser.await(() -> said("eos").contains("after the deadline"));
		this.browser.await(() -> state("archive").equals("done"));
		this.browser.picture("phone");

		assertThat(this.browser.shows("#scoped-verdict")).isTrue();
		assertThat(this.browser.shows(this.browser.row("scoped", "archive"))).isTrue();
		assertThat(this.browser.cut(".said, .name")).isEmpty();
		assertSidewaysFits();
	}

	@Test
	void darkPhoneShowsEverythingWithoutScrollingSideways() throws IOException {
		this.browser.phone();
		this.browser.dark();
		this.browser.go("");
		everybodyIsFast();
		this.browser.choose("eos", "hanging");
		this.browser.set("budget", "2000");
		this.browser.click("#search");
		this.browser.await(() -> said("eos").contains("after the deadline"));
		this.browser.picture("phone-dark");

		assertSidewaysFits();
		assertThat(this.browser.run("return getComputedStyle(document.body).backgroundColor"))
			.isEqualTo("rgb(18, 22, 28)");
	}

	@Test
	void pageNeedsNothingFromElsewhere() {
		assertThat(this.browser.run("""
				return performance.getEntriesByType('resource').map((entry) => new URL(entry.name).host)
				  .filter((host) => host !== location.host).length""")).isEqualTo(0L);
	}

	private void everybodyIsFast() {
		for (String name : new String[] { "aurora", "borealis", "cumulus", "delta", "eos", "history" }) {
			this.browser.choose(name, "fast");
		}
		this.browser.set("budget", "800");
	}

	private String state(String scope) {
		return String.valueOf(this.browser.one(this.browser.row("scoped", scope)).getDomAttribute("data-state"))
			.replace("null", "running");
	}

	private boolean over() {
		return "true".equals(this.browser.one("body").getDomAttribute("data-over"));
	}

	private void assertSidewaysFits() {
		assertThat(this.browser.run("return document.documentElement.scrollWidth <= window.innerWidth"))
			.isEqualTo(true);
	}

	private String said(String scope) {
		return this.browser.text(this.browser.row("scoped", scope) + " .said");
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Watching {

		/** Why searches were cancelled. */
		@Bean
		BlockingQueue<CancelReason.Kind> reasons() {
			return new LinkedBlockingQueue<>();
		}

		@Bean
		CancelScopeListener reasonsOfSearches(BlockingQueue<CancelReason.Kind> reasons) {
			return new CancelScopeListener() {

				@Override
				public void cancelled(CancelScope scope, CancelReason reason) {
					if (scope.name().equals("search")) {
						reasons.add(reason.kind());
					}
				}

			};
		}

	}

}
