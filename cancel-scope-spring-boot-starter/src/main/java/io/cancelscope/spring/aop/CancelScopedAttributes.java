package io.cancelscope.spring.aop;

import java.util.List;

import io.cancelscope.spring.CancelScoped;

import org.springframework.core.annotation.MergedAnnotation;

/**
 * What all the annotations that apply to a method say together, as it was written:
 * nothing is resolved here.
 */
record CancelScopedAttributes(String timeout, boolean shield, boolean bubble, boolean interrupt, String name,
		String requires, String fallback, Class<?> exception, boolean checkOnEnter, boolean checkOnExit,
		boolean cancelOnException, List<Class<?>> noCancelFor) {

	/**
	 * Merges annotations attribute by attribute.
	 * @param annotations at least one, the most specific first
	 */
	static CancelScopedAttributes merge(List<MergedAnnotation<CancelScoped>> annotations) {
		Merger merger = new Merger(annotations);
		return new CancelScopedAttributes(merger.text("timeout"), merger.flag("shield"), merger.flag("bubble"),
				merger.flag("interrupt"), merger.text("name"), merger.text("requires"), merger.text("fallback"),
				merger.get("exception", Class.class), merger.flag("checkOnEnter"), merger.flag("checkOnExit"),
				merger.flag("cancelOnException"), List.of(merger.get("noCancelFor", Class[].class)));
	}

	private record Merger(List<MergedAnnotation<CancelScoped>> annotations) {

		String text(String attribute) {
			return get(attribute, String.class);
		}

		boolean flag(String attribute) {
			return get(attribute, Boolean.class);
		}

		<T> T get(String attribute, Class<T> type) {
			for (MergedAnnotation<CancelScoped> annotation : this.annotations) {
				if (annotation.hasNonDefaultValue(attribute)) {
					return annotation.getValue(attribute, type).orElseThrow();
				}
			}
			return this.annotations.get(0).getValue(attribute, type).orElseThrow();
		}

	}

}
