package io.cancelscope.spring;

import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;

/**
 * Says once, when the application has started, what is on.
 */
final class StartUpLine implements ApplicationListener<ApplicationStartedEvent> {

	private static final OneLineLog logger = OneLineLog.of(CancelScopeFeature.class);

	private final ApplicationContext context;

	private final ObjectProvider<CancelScopeFeature> features;

	private final CancelScopeProperties properties;

	private final ScopeSettings settings;

	StartUpLine(ApplicationContext context, ObjectProvider<CancelScopeFeature> features,
			CancelScopeProperties properties, ScopeSettings settings) {
		this.context = context;
		this.features = features;
		this.properties = properties;
		this.settings = settings;
	}

	/** Events of child contexts arrive here, too. */
	@Override
	public void onApplicationEvent(ApplicationStartedEvent event) {
		if (event.getApplicationContext() == this.context && logger.isInfoEnabled()) {
			logger.info("cancel-scope: " + text());
		}
	}

	// Loops instead of streams: in a JVM that just started each lambda takes longer than
	// the rest of the line.
	private String text() {
		Map<String, SortedSet<String>> features = new TreeMap<>();
		for (CancelScopeFeature feature : this.features) {
			features.computeIfAbsent(feature.name(), (missing) -> new TreeSet<>()).add(feature.detail());
		}
		StringBuilder text = new StringBuilder(shown(features));
		text.append("; weaving=").append(word(this.properties.weaving()));
		text.append("; mode=").append(word(this.properties.mode()));
		for (Map.Entry<String, String> mode : this.settings.modes().entrySet()) {
			text.append(", ").append(mode.getKey()).append('=').append(mode.getValue());
		}
		return text.toString();
	}

	private static String shown(Map<String, SortedSet<String>> features) {
		StringJoiner shown = new StringJoiner(", ");
		for (Map.Entry<String, SortedSet<String>> feature : features.entrySet()) {
			feature.getValue().remove("");
			shown.add(new CancelScopeFeature(feature.getKey(), String.join(", ", feature.getValue())).toString());
		}
		return shown.toString();
	}

	private static String word(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

}
