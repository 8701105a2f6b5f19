package io.cancelscope.spring.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each text that the library logs as a warning or an error has a heading in
 * {@code docs/operations/troubleshooting.md}, and what that page quotes exists.
 */
class TroubleshootingTests {

	private static final Path ROOT = Path.of("..");

	private static final String PAGE = "docs/operations/troubleshooting.md";

	private static final Path CORE = ROOT.resolve("cancel-scope-core/src/main/java");

	private static final Path STARTER = ROOT.resolve("cancel-scope-spring-boot-starter/src/main/java");

	private final TroubleshootingPage page;

	TroubleshootingTests() throws IOException {
		this.page = TroubleshootingPage.of(Files.readString(ROOT.resolve(PAGE)));
	}

	@Test
	void everyWarningHasAHeading() throws IOException {
		Warnings warnings = Warnings.in(JavaSources.in(CORE, STARTER));

		assertThat(complaints(warnings, this.page)).isEmpty();
		assertThat(warnings.texts()).hasSizeGreaterThan(25);
	}

	@Test
	void nothingElseLogs() throws IOException {
		Warnings warnings = Warnings.in(JavaSources.in(CORE, STARTER));

		assertThat(warnings.loggers()).as("classes with a logger, whose warnings this test can read")
			.containsExactly("Foreign", "OneLineLog", "TaskGroup");
	}

	@Test
	void headingsOfWarningsAreLoggedAsWarnings() throws IOException {
		Warnings warnings = Warnings.in(JavaSources.in(CORE, STARTER));
		List<TroubleshootingPage.Entry> entries = this.page.entries()
			.stream()
			.filter((entry) -> entry.section().startsWith("Warnings"))
			.toList();

		assertThat(entries).isNotEmpty()
			.allSatisfy((entry) -> assertThat(entry.messages()).as(entry.heading())
				.isNotEmpty()
				.allMatch((message) -> warnings.texts().values().stream().anyMatch((text) -> text.fits(message)))
				.allMatch(entry::beginsWithHeading));
	}

	@Test
	void headingsQuoteTextsOfTheSources() throws IOException {
		String texts = String.join("\n", Texts.in(JavaSources.in(CORE, STARTER)));

		assertThat(this.page.entries()).allSatisfy((entry) -> assertThat(entry.fragments()).as(entry.heading())
			.allMatch((fragment) -> texts.contains(fragment)));
	}

	@Test
	void warningWithoutAHeadingIsFound(@TempDir Path folder) throws IOException {
		Files.writeString(folder.resolve("Disk.java"), """
				package some;
				class Disk {
					void fill(int percent) {
						logger.warn("The disk is " + percent + "% full. Delete something");
						logger.debug("The disk is a little fuller than it was");
					}
				}
				""");
		Warnings warnings = Warnings.in(JavaSources.in(folder));

		assertThat(complaints(warnings, this.page)).singleElement()
			.asString()
			.contains("some.Disk (line 4)", "'The disk is …% full. Delete something'", PAGE);
		assertThat(complaints(warnings, TroubleshootingPage.of("""
				## Warnings
				### `The disk is …% full`
				```text
				The disk is 97% full.
				Delete something
				```
				"""))).isEmpty();
	}

	@Test
	void textThatIsMadeElsewhereIsFound(@TempDir Path folder) throws IOException {
		Files.writeString(folder.resolve("Disk.java"), """
				package some;
				class Disk implements Check {
					static final String FULL = "The disk is full, and there is no other";
					void check(Consumer<String> warning) {
						warning.accept("This disk is slow, as disks were");
						again(() -> FULL);
						Foreign.run(this::fill, () -> text(1));
					}
					private void again(Supplier<String> text) {
						logger.warn(text.get() + more());
					}
					private String text(int disk) {
						String text = "The disk " + disk;
						return text + " turned to ashes";
					}
				}
				class Foreign {
					static void run(Runnable code, Supplier<String> complaint) {
						log(Level.WARNING, complaint, null);
					}
					static void log(Level level, Supplier<String> text, Throwable thrown) {
						logger.log(level, text.get(), thrown);
					}
				}
				""");
		Warnings warnings = Warnings.in(JavaSources.in(folder));

		assertThat(warnings.texts().values()).extracting(MessageText::shown)
			.containsExactlyInAnyOrder("This disk is slow, as disks were", "The disk is full, and there is no other",
					"The disk … turned to ashes");
	}

	@Test
	void textThatCantBeReadIsFound(@TempDir Path folder) throws IOException {
		Files.writeString(folder.resolve("Disk.java"), """
				package some;
				class Disk {
					void fill() {
						logger.warn(new Random().toString());
					}
					void empty(Level level) {
						Foreign.log(level, () -> "The disk is empty, which is as bad");
						disks.forEach(logger::warn);
					}
				}
				""");

		assertThat(complaints(Warnings.in(JavaSources.in(folder)), this.page)).satisfiesExactlyInAnyOrder(
				(complaint) -> assertThat(complaint).contains("some.Disk (line 4)", "can't be read"),
				(complaint) -> assertThat(complaint).contains("some.Disk (line 7)", "can't be read"),
				(complaint) -> assertThat(complaint).contains("some.Disk (line 8)", "can't be read"));
	}

	private static List<String> complaints(Warnings warnings, TroubleshootingPage page) {
		List<String> complaints = new ArrayList<>();
		warnings.texts().forEach((place, text) -> {
			if (!page.has(text)) {
				complaints.add(place + " logs '" + text.shown() + "', which has no entry in " + PAGE
						+ ": add a heading with the beginning of the text, and below it a block of type text with an"
						+ " example of the whole text");
			}
		});
		warnings.unreadable()
			.forEach((place) -> complaints.add(place + " logs a text that can't be read from the source, so that "
					+ PAGE + " can't be compared with it: give the text to the log where it is made"));
		return complaints;
	}

}
