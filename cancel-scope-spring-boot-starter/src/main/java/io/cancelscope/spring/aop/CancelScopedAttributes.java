package io.cancelscope.spring.aop;

import java.util.List;

import io.cancelscope.spring.CancelScoped;

import org.springframework.core.annotation.MergedAnnotation;

/**
 * What all the annotations that apply to a method say together, as it was written:
 * nothing is resolved here.
 */
record CancelScopedAttributes(String timeout, boolean shield, boolean bubble, boolean interrupt, String name,
		String key, String requires, String fallback, boolean isFallbackOfType, Class<?> exception,
		boolean checkOnEnter, boolean checkOnExit, boolean cancelOnException, List<Class<?>> noCancelFor) {

	/**
	 * Merges annotations attribute by attribute.
	 * @param annotations at least one, the most specific first
	 */
	static CancelScopedAttributes merge(List<MergedAnnotation<CancelScoped>> annotations) {
		Merger merger = new Merger(annotations);
		return new CancelScopedAttributes(merger.text("timeout"), merger.flag("shield"), merger.flag("bubble"),
				merger.flag("interrupt"), merger.text("name"), merger.text("key"), merger.text("requires"),
				merger.text("fallback"), merger.isOfType("fallback"), merger.get("exception", Class.class),
				merger.flag("checkOnEnter"), merger.flag("checkOnExit"), merger.flag("cancelOnException"),
				List.of(merger.get("noCancelFor", Class[].class)));
	}

	private record Merger(List<MergedAnnotation<CancelScoped>> annotations) {

		String text(String attribute) {
			return get(attribute, String.class);
		}

		boolean flag(String attribute) {
			return get(attribute, Boolean.class);
		}

		<T> T get(String attribute, Class<T> type) {
			return deciding(attribute).getValue(attribute, type).orElseThrow();
		}

		/** Whether the value is from an annotation on a class or an interface. */
		boolean isOfType(String attribute) {
			return deciding(attribute).getSource() instanceof Class;
		}

		private MergedAnnotation<CancelScoped> deciding(String attribute) {
			for (MergedAnnotation<CancelScoped> annotation : this.annotations) {
				if (annotation.hasNonDefaultValue(attribute)) {
					return annotation;
				}
			}
			return this.annotations.get(0);
		}

	}

}
