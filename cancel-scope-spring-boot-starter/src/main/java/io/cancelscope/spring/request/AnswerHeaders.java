package io.cancelscope.spring.request;

import java.util.Locale;
import java.util.Set;

/**
 * Headers of a response that describe the response that a handler was about to send. They
 * are removed if a cancelled request gets another response: a cache must not store that
 * response for the time that the handler set, and a client must not decode, save or
 * follow it.
 * <p>
 * All other headers are kept, because they are valid for every response to the request:
 * {@code Vary}, those of CORS, security and tracing, and {@code Set-Cookie}, because the
 * state of the server has already changed.
 */
public final class AnswerHeaders {

	private static final Set<String> OF_THE_ANSWER = Set.of(
			// the content
			"accept-ranges", "content-digest", "content-disposition", "content-encoding", "content-language",
			"content-length", "content-location", "content-md5", "content-range", "content-type", "digest",
			"repr-digest", "trailer", "transfer-encoding",
			// how long it is good for
			"age", "cache-control", "etag", "expires", "last-modified", "pragma", "surrogate-control", "warning",
			"x-accel-expires",
			// what to do next
			"location", "proxy-authenticate", "refresh", "retry-after", "www-authenticate",
			// a file that a proxy sends instead
			"x-accel-redirect", "x-lighttpd-send-file", "x-sendfile");

	/** RFC 9213: {@code CDN-Cache-Control}, and those of single vendors. */
	private static final String TARGETED = "-cache-control";

	private AnswerHeaders() {
	}

	/**
	 * Returns whether a header describes a single response.
	 * @param name the name of the header, in any case
	 * @return whether the header must be removed with that response
	 */
	public static boolean belongsToAnswer(String name) {
		String lower = name.toLowerCase(Locale.ROOT);
		return OF_THE_ANSWER.contains(lower) || lower.endsWith(TARGETED);
	}

}
