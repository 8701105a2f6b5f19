package io.cancelscope.demo.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A real browser without a window, and what a person does in it. It takes seconds to
 * start, so the tests of a class share it, and each has a page of its own, which nothing
 * of the last one is left on.
 */
final class Browser implements AutoCloseable {

	private static final Path PICTURES = Path.of("target", "screenshots");

	private final ChromeDriver driver;

	/** Open as long as the browser is, which would end with its last page. */
	private final String blank;

	private String home = "";

	private Browser(ChromeDriver driver) {
		this.driver = driver;
		this.blank = driver.getWindowHandle();
	}

	/** Starts one, or skips the tests where the machine has none. */
	static Browser start() {
		Optional<Path> browser = first("/usr/bin/chromium", "/usr/bin/google-chrome");
		Optional<Path> driver = first("/usr/bin/chromedriver");
		assumeTrue(browser.isPresent() && driver.isPresent(),
				"needs Chromium and its driver: apt-get install chromium chromium-driver");
		ChromeOptions options = new ChromeOptions();
		options.setBinary(browser.orElseThrow().toString());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,1000");
		ChromeDriverService service = new ChromeDriverService.Builder()
			.usingDriverExecutable(driver.orElseThrow().toFile())
			.build();
		return new Browser(new ChromeDriver(service, options));
	}

	private static Optional<Path> first(String... candidates) {
		return Stream.of(candidates).map(Path::of).filter(Files::isExecutable).findFirst();
	}

	/** Opens a new page of the application at that port. */
	void open(int port) {
		this.driver.switchTo().newWindow(WindowType.TAB);
		this.home = "http://localhost:" + port + "/";
	}

	/** Closes the page, if it is still open. */
	void closePage() {
		if (!this.driver.getWindowHandle().equals(this.blank)) {
			this.driver.close();
			this.driver.switchTo().window(this.blank);
		}
	}

	void go(String page) {
		this.driver.get(this.home + page);
	}

	void size(int width, int height) {
		this.driver.manage().window().setSize(new Dimension(width, height));
	}

	/** Chromium's windows can't be as narrow as a phone; what they show can. */
	void phone() {
		this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", 375, "height", 667, "deviceScaleFactor", 1, "mobile", true));
	}

	void dark() {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", "dark"))));
	}

	void choose(String name, String option) {
		new Select(one("select[name='" + name + "']")).selectByValue(option);
	}

	void set(String id, String value) {
		((JavascriptExecutor) this.driver).executeScript("""
				const element = document.getElementById(arguments[0]);
				element.value = arguments[1];
				element.dispatchEvent(new Event('input'));""", id, value);
	}

	void tick(String id, boolean on) {
		WebElement box = one("#" + id);
		if (box.isSelected() != on) {
			box.click();
		}
	}

	void click(String selector) {
		one(selector).click();
	}

	WebElement one(String selector) {
		return this.driver.findElement(By.cssSelector(selector));
	}

	List<WebElement> all(String selector) {
		return this.driver.findElements(By.cssSelector(selector));
	}

	String text(String selector) {
		return one(selector).getText();
	}

	/** The row of a scope or a thing, on one of the sides. */
	String row(String side, String name) {
		return "#" + side + "-bars .row[data-name='" + name + "']";
	}

	Object run(String script) {
		return this.driver.executeScript(script);
	}

	WebElement focused() {
		return this.driver.switchTo().activeElement();
	}

	void await(BooleanSupplier condition) {
		new WebDriverWait(this.driver, Duration.ofSeconds(30), Duration.ofMillis(20))
			.ignoring(NoSuchElementException.class, StaleElementReferenceException.class)
			.until((any) -> condition.getAsBoolean());
	}

	/** Whether something lies in what the window shows, from edge to edge. */
	boolean shows(String selector) {
		return Boolean.TRUE.equals(this.driver.executeScript("""
				const { top, bottom, left, right } = document.querySelector(arguments[0]).getBoundingClientRect();
				return top >= 0 && bottom <= innerHeight && left >= 0 && right <= innerWidth;""", selector));
	}

	/** The elements whose text is wider than they are, so that it is cut. */
	@SuppressWarnings("unchecked")
	List<String> cut(String selector) {
		return (List<String>) this.driver.executeScript(
				"""
						return [...document.querySelectorAll(arguments[0])]
						  .filter((element) => element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight)
						  .map((element) => element.textContent);""",
				selector);
	}

	List<String> texts(String selector) {
		return all(selector).stream().map(WebElement::getText).toList();
	}

	List<String> rows(String side) {
		return all("#" + side + "-bars .row").stream().map((row) -> row.getDomAttribute("data-name")).toList();
	}

	void picture(String name) throws IOException {
		Files.createDirectories(PICTURES);
		Files.write(PICTURES.resolve(name + ".png"), this.driver.getScreenshotAs(OutputType.BYTES));
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
