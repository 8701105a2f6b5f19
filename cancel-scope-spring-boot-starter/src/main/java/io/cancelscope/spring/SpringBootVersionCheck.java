package io.cancelscope.spring;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringBootVersion;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Compares the version of Spring Boot with those that cancel-scope was tested with,
 * before anything else of the starter is loaded. An older one stops the start-up: without
 * classes of Spring Boot 4 the conditions of most features fail, and the rest would work
 * in part, in silence.
 * <p>
 * Limitation: uses only what Spring Boot 2 and 3 have, too.
 */
final class SpringBootVersionCheck implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	/** The oldest supported major version. */
	private static final int OLDEST = 4;

	/** The newest minor version of it that the tests ran with. */
	private static final int NEWEST_MINOR = 1;

	private static final Pattern VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(\\D.*)?");

	private static final OneLineLog logger = OneLineLog.of(CancelScopeFeature.class);

	private final @Nullable String version;

	SpringBootVersionCheck() {
		this(SpringBootVersion.getVersion());
	}

	SpringBootVersionCheck(@Nullable String version) {
		this.version = version;
	}

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		String version = (this.version != null) ? this.version : "";
		Matcher parts = VERSION.matcher(version);
		if (isOff(context) || !parts.matches()) {
			return;
		}
		int major = Integer.parseInt(parts.group(1));
		if (major < OLDEST) {
			throw new UnsupportedSpringBootException(version);
		}
		boolean isNewer = major > OLDEST || Integer.parseInt(parts.group(2)) > NEWEST_MINOR;
		if (isNewer && context.getParent() == null) {
			logger.warn("Spring Boot " + version + " is newer than the versions that cancel-scope was tested with,"
					+ " 4.0 and 4.1. Upgrade cancel-scope.");
		}
	}

	private static boolean isOff(ConfigurableApplicationContext context) {
		String enabled = context.getEnvironment().getProperty("cancel-scope.enabled", "true");
		return enabled.trim().equalsIgnoreCase("false");
	}

}
