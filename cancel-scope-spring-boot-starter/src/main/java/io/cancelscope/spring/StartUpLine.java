package io.cancelscope.spring;

import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;

/**
 * Says once, when the application has started, what is on.
 */
final class StartUpLine implements ApplicationListener<ApplicationStartedEvent> {

	private static final Log logger = LogFactory.getLog(CancelScopeFeature.class);

	private final ApplicationContext context;

	private final ObjectProvider<CancelScopeFeature> features;

	private final CancelScopeProperties properties;

	StartUpLine(ApplicationContext context, ObjectProvider<CancelScopeFeature> features,
			CancelScopeProperties properties) {
		this.context = context;
		this.features = features;
		this.properties = properties;
	}

	/** Events of child contexts arrive here, too. */
	@Override
	public void onApplicationEvent(ApplicationStartedEvent event) {
		if (event.getApplicationContext() == this.context) {
			logger.info("cancel-scope: " + text());
		}
	}

	private String text() {
		Map<String, SortedSet<String>> features = new TreeMap<>();
		this.features.stream()
			.forEach((feature) -> features.computeIfAbsent(feature.name(), (missing) -> new TreeSet<>())
				.add(feature.detail()));
		return shown(features) + "; weaving=" + word(this.properties.weaving()) + "; mode="
				+ word(this.properties.mode())
				+ this.properties.modes()
					.entrySet()
					.stream()
					.sorted(Map.Entry.comparingByKey())
					.map((entry) -> ", " + entry.getKey() + "=" + entry.getValue())
					.collect(Collectors.joining());
	}

	private static String shown(Map<String, SortedSet<String>> features) {
		return features.entrySet()
			.stream()
			.map((feature) -> new CancelScopeFeature(feature.getKey(),
					feature.getValue()
						.stream()
						.filter((detail) -> !detail.isEmpty())
						.collect(Collectors.joining(", "))))
			.map(CancelScopeFeature::toString)
			.collect(Collectors.joining(", "));
	}

	private static String word(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

}
