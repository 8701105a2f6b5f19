package io.cancelscope.spring.aop;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

/**
 * Where an annotation applies: what messages point at.
 *
 * @param beanName the bean, or {@code null} where a call came before the bean was seen
 * @param method the method of the bean's class
 * @param targetClass the bean's class
 */
record CancelScopedLocation(@Nullable String beanName, Method method, Class<?> targetClass) {

	/**
	 * The simple name of the bean's class, or of the interface that a client without a
	 * class is made of. An anonymous class is called by what it extends or implements.
	 */
	String ownerName() {
		Class<?> owner = Extensible.isWithoutName(this.targetClass) ? this.method.getDeclaringClass()
				: this.targetClass;
		if (owner.isAnonymousClass()) {
			owner = (owner.getInterfaces().length > 0) ? owner.getInterfaces()[0] : owner.getSuperclass();
		}
		return owner.getSimpleName();
	}

	/** {@code com.acme.QuoteService#best}. */
	String methodName() {
		return this.method.getDeclaringClass().getName() + "#" + this.method.getName();
	}

	/** {@code Bean 'quoteService': @CancelScoped on com.acme.QuoteService#best}. */
	@Override
	public String toString() {
		return ((this.beanName != null) ? "Bean '" + this.beanName + "': " : "") + "@CancelScoped on " + methodName();
	}

}
