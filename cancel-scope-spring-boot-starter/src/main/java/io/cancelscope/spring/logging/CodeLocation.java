package io.cancelscope.spring.logging;

import java.util.Arrays;
import java.util.Optional;

/**
 * The place in the user's own code where a thread is. Finding it costs a stack trace, so
 * only for what is really logged.
 */
final class CodeLocation {

	private static final String[] NOT_THE_USERS = { "java.", "javax.", "jdk.", "sun.", "com.sun.", "jakarta.",
			"org.springframework.", "org.h2.", "org.postgresql.", "com.mysql.", "org.mariadb.", "oracle.",
			"org.apache.", "org.aspectj.", "org.slf4j.", "ch.qos.logback.", "io.micrometer.", "io.netty.",
			"io.cancelscope.spring.", "io.cancelscope.group.", "io.cancelscope.testing.", "io.cancelscope.thread.",
			"reactor.", "org.eclipse.jetty.", "org.hibernate.", "com.zaxxer.hikari." };

	private CodeLocation() {
	}

	/** The innermost method that belongs neither to the JDK nor to a known library. */
	static Optional<String> of(Thread thread) {
		return Arrays.stream(thread.getStackTrace())
			.filter(CodeLocation::isTheUsers)
			.findFirst()
			.map(CodeLocation::shown);
	}

	private static boolean isTheUsers(StackTraceElement frame) {
		String type = frame.getClassName();
		return !type.contains("$$") && !isCore(type) && Arrays.stream(NOT_THE_USERS).noneMatch(type::startsWith);
	}

	/** Exactly that package: what is below may be a user's, such as the demo. */
	private static boolean isCore(String type) {
		return type.substring(0, Math.max(0, type.lastIndexOf('.'))).equals("io.cancelscope");
	}

	private static String shown(StackTraceElement frame) {
		String method = frame.getMethodName();
		// A lambda's name says where it stands: lambda$best$0.
		String known = method.startsWith("lambda$") ? method.split("\\$")[1] : method;
		return frame.getClassName() + "#" + known + ((frame.getLineNumber() > 0) ? ":" + frame.getLineNumber() : "");
	}

}
