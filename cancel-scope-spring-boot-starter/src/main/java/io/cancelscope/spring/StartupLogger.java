package io.cancelscope.spring;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Says once, when the application has started, what is on, and what is off and why. What
 * has nothing to do in the application is listed at level debug.
 */
final class StartupLogger implements ApplicationListener<ApplicationStartedEvent> {

	private static final OneLineLog logger = OneLineLog.of(CancelScopeFeature.class);

	private final ConfigurableApplicationContext context;

	private final ObjectProvider<CancelScopeFeature> features;

	private final CancelScopeProperties properties;

	private final ScopeSettings settings;

	StartupLogger(ConfigurableApplicationContext context, ObjectProvider<CancelScopeFeature> features,
			CancelScopeProperties properties, ScopeSettings settings) {
		this.context = context;
		this.features = features;
		this.properties = properties;
		this.settings = settings;
	}

	/** Events of child contexts arrive here, too. */
	@Override
	public void onApplicationEvent(ApplicationStartedEvent event) {
		if (event.getApplicationContext() != this.context || !logger.isInfoEnabled()) {
			return;
		}
		List<CancelScopeFeature> all = new ArrayList<>();
		for (CancelScopeFeature feature : this.features) {
			all.add(feature);
		}
		logger.info("cancel-scope: " + on(all) + settings());
		all.addAll(KnownFeatures.explain(this.context, all));
		String off = others(all, CancelScopeFeature.State.OFF);
		if (!off.isEmpty()) {
			logger.info("cancel-scope off: " + off);
		}
		logger.debug("cancel-scope unused: " + others(all, CancelScopeFeature.State.UNUSED));
	}

	private String settings() {
		StringBuilder text = new StringBuilder();
		text.append("; weaving=").append(word(this.properties.weaving()));
		text.append("; mode=").append(word(this.properties.mode()));
		for (Map.Entry<String, String> mode : this.settings.modes().entrySet()) {
			text.append(", ").append(mode.getKey()).append('=').append(mode.getValue());
		}
		return text.toString();
	}

	// Loops instead of streams: in a JVM that just started each lambda takes longer than
	// the rest of the line.
	private static String on(List<CancelScopeFeature> features) {
		Map<String, SortedSet<String>> details = new TreeMap<>();
		for (CancelScopeFeature feature : features) {
			if (feature.state() == CancelScopeFeature.State.ON) {
				details.computeIfAbsent(feature.name(), (missing) -> new TreeSet<>()).add(feature.detail());
			}
		}
		StringJoiner shown = new StringJoiner(", ");
		for (Map.Entry<String, SortedSet<String>> feature : details.entrySet()) {
			feature.getValue().remove("");
			shown.add(new CancelScopeFeature(feature.getKey(), String.join(", ", feature.getValue())).toString());
		}
		return shown.toString();
	}

	private static String others(List<CancelScopeFeature> features, CancelScopeFeature.State state) {
		Map<String, SortedSet<String>> reasons = new TreeMap<>();
		for (CancelScopeFeature feature : features) {
			if (feature.state() == state) {
				reasons.computeIfAbsent(feature.name(), (missing) -> new TreeSet<>()).add(feature.reason());
			}
		}
		StringJoiner shown = new StringJoiner(", ");
		for (Map.Entry<String, SortedSet<String>> feature : reasons.entrySet()) {
			shown.add(new CancelScopeFeature(feature.getKey(), "", state, String.join("; ", feature.getValue()))
				.toString());
		}
		return shown.toString();
	}

	private static String word(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

}
