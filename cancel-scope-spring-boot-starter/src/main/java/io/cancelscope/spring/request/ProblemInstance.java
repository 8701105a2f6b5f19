package io.cancelscope.spring.request;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * The {@code instance} of a problem detail, made of the path of a request. For features.
 */
public final class ProblemInstance {

	private ProblemInstance() {
	}

	/**
	 * Returns a path as a reference. Any path has one: what a URI can't contain is
	 * quoted, and two slashes at its beginning, which would name another host, are one.
	 * @param path the path of a request, as it came
	 * @return the reference
	 */
	public static URI of(String path) {
		String own = path.replaceFirst("^/{2,}", "/");
		try {
			return new URI(own);
		}
		catch (URISyntaxException ex) {
			return quoted(own);
		}
	}

	private static URI quoted(String path) {
		try {
			return new URI(null, null, path, null);
		}
		catch (URISyntaxException ex) {
			return URI.create("/");
		}
	}

}
