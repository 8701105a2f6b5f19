package io.cancelscope;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Text of strangers stays in its line.
 */
class LogTextTests {

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "GET /orders/{id}", "Größe", "数量", "مهلة", "نمی‌خواهم", "👩‍💻", "a\\nb",
			"it's 100% $1" })
	void ordinaryTextStaysAsItIs(String text) {
		assertThat(LogText.of(text)).isEqualTo(text);
	}

	@Test
	void plainTextIsNotCopied() {
		String text = "GET /orders/{id}";
		assertThat(LogText.of(text)).isSameAs(text);
	}

	@Test
	void nullIsWritten() {
		assertThat(LogText.of(null)).isEqualTo("null");
	}

	@ParameterizedTest
	@CsvSource({ "10, \\n", "13, \\r", "9, \\t", "0, \\u0000", "11, \\u000b", "12, \\u000c", "27, \\u001b",
			"127, \\u007f", "133, \\u0085", "155, \\u009b", "173, \\u00ad", "1564, \\u061c", "8203, \\u200b",
			"8206, \\u200e", "8232, \\u2028", "8233, \\u2029", "8238, \\u202e", "8297, \\u2069", "65279, \\ufeff",
			"917505, \\udb40\\udc01", "55296, \\ud800", "57343, \\udfff" })
	void unsafeCharacterIsWrittenAsItsEscape(int point, String escape) {
		String text = "a" + Character.toString(point) + "b";
		assertThat(LogText.of(text)).isEqualTo("a" + escape + "b");
	}

	@Test
	void noCharacterThatEndsALineOrMovesTheCursorIsLeft() {
		assertThat(IntStream.rangeClosed(0, Character.MAX_CODE_POINT).filter(LogTextTests::isUnsafeAfterwards))
			.isEmpty();
	}

	private static boolean isUnsafeAfterwards(int point) {
		String cleaned = LogText.of(Character.toString(point));
		return cleaned.codePoints().anyMatch(LogTextTests::isControl) || cleaned.lines().count() != 1;
	}

	private static boolean isControl(int point) {
		return Character.isISOControl(point) || point == 0x2028 || point == 0x2029;
	}

	@Test
	void longTextIsCutAtTheLimit() {
		assertThat(LogText.of("x".repeat(1_000_000))).isEqualTo("x".repeat(LogText.MAX_LENGTH) + "…");
		assertThat(LogText.of("x".repeat(LogText.MAX_LENGTH))).isEqualTo("x".repeat(LogText.MAX_LENGTH));
		assertThat(LogText.of("\n".repeat(1_000_000))).hasSize(LogText.MAX_LENGTH + 1);
		assertThat(LogText.of("abc", 0)).isEqualTo("…");
	}

	static List<String> textsWithSomethingWiderAtTheLimit() {
		return List.of("ab👩", "abé\n", "ab\n", "ab\u001b");
	}

	@ParameterizedTest
	@MethodSource("textsWithSomethingWiderAtTheLimit")
	void nothingIsCutInHalf(String text) {
		assertThat(LogText.of(text, 3)).isIn("ab…", "abé…");
	}

	@Test
	void negativeLimitIsNamed() {
		assertThatIllegalArgumentException().isThrownBy(() -> LogText.of("x", -1))
			.withMessage("The maximum length of a text must not be negative, but was -1");
	}

}
