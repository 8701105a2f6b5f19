package io.cancelscope.spring.request;

import java.util.List;

import org.springframework.http.MediaType;

/**
 * Formats of the responses to cancelled requests.
 */
public enum AnswerFormat {

	/** The error page of the application. */
	PAGE(MediaType.TEXT_HTML),

	/** A problem detail as JSON. */
	JSON(MediaType.APPLICATION_PROBLEM_JSON),

	/** A problem detail as XML. */
	XML(MediaType.APPLICATION_PROBLEM_XML);

	private final MediaType type;

	AnswerFormat(MediaType type) {
		this.type = type;
	}

	/**
	 * Returns the media type of this format.
	 * @return the media type
	 */
	public MediaType type() {
		return this.type;
	}

	/**
	 * Returns the format that a caller prefers, which is the first supported one. If the
	 * caller names none, or accepts everything, the result is {@link #JSON}.
	 * @param accepted the media types that the caller accepts, in the order of preference
	 * @return the format
	 */
	public static AnswerFormat preferredIn(List<MediaType> accepted) {
		for (MediaType type : accepted) {
			if (type.getQualityValue() == 0 || type.equalsTypeAndSubtype(MediaType.APPLICATION_XHTML_XML)) {
				continue; // browsers say XHTML beside HTML, and error pages are HTML
			}
			if (type.isWildcardType() || isJson(type)) {
				return JSON;
			}
			if (isHtml(type)) {
				return PAGE;
			}
			if (isXml(type)) {
				return XML;
			}
		}
		return JSON;
	}

	private static boolean isJson(MediaType type) {
		return isApplication(type, "json") || isApplication(type, "*");
	}

	private static boolean isXml(MediaType type) {
		return isApplication(type, "xml") || (type.getType().equals("text") && type.getSubtype().equals("xml"));
	}

	/** Of a format, or of one that is built on it, such as {@code problem+json}. */
	private static boolean isApplication(MediaType type, String format) {
		String suffix = type.getSubtypeSuffix();
		return type.getType().equals("application") && (type.getSubtype().equals(format) || format.equals(suffix));
	}

	/** {@code text/*} includes it. */
	private static boolean isHtml(MediaType type) {
		return type.includes(MediaType.TEXT_HTML);
	}

}
