package io.cancelscope.spring.request;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

import io.cancelscope.LogText;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer;

/**
 * Where the key of a request's scope comes from: a header, or a variable of the path.
 * What a caller sends is bounded and cleaned. Immutable.
 *
 * @param isHeader whether it is a header
 * @param name the name of the header or of the variable
 */
record RequestKey(boolean isHeader, String name) {

	/** As for all keys. */
	static final int LONGEST = 200;

	private static final String HEADER = "header:";

	private static final String PATH = "path:";

	/**
	 * Reads the value of the property {@code cancel-scope.web.key}.
	 * @throws IllegalArgumentException if it is none
	 */
	static RequestKey of(String text) {
		String stripped = text.strip();
		boolean header = stripped.startsWith(HEADER);
		String name = header ? stripped.substring(HEADER.length())
				: stripped.startsWith(PATH) ? stripped.substring(PATH.length()) : "";
		if (!name.matches("[A-Za-z0-9_-]+")) {
			throw new IllegalArgumentException("The value is not the source of a key. Give 'header:' and the name of a"
					+ " header, for example 'header:X-Request-Key', or 'path:' and the name of a variable in paths, for"
					+ " example 'path:order'.");
		}
		return new RequestKey(header, name);
	}

	/**
	 * Returns the key of a request.
	 * @param headers finds the values of a header
	 * @return the key, or {@code null} if the request has none, or one that is too long
	 */
	@Nullable String read(Function<String, List<String>> headers, Supplier<RequestNames> names, PathContainer path) {
		if (this.isHeader) {
			List<String> values = headers.apply(this.name);
			return (values.size() == 1) ? clean("", values.get(0)) : null;
		}
		Map<String, String> variables = names.get().variables(path);
		return clean(this.name + "-", variables.get(this.name));
	}

	private static @Nullable String clean(String prefix, @Nullable String value) {
		if (value == null || value.isBlank() || value.length() > LONGEST) {
			return null;
		}
		// Whatever is replaced, it is longer than it was, and not cut off here.
		String key = LogText.of(prefix + value.strip(), Integer.MAX_VALUE);
		return (key.length() <= LONGEST) ? key : null;
	}

}
