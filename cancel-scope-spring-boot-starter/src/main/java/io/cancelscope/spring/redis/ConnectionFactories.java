package io.cancelscope.spring.redis;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.WeakHashMap;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.SmartLifecycle;

/**
 * Reaches the clients of all connection factories of one kind: when the bean is
 * initialized, and when it is started again, since it creates another client then.
 *
 * @param <F> the kind of the factories
 */
abstract class ConnectionFactories<F extends SmartLifecycle> implements BeanPostProcessor, AopInfrastructureBean {

	private final Class<F> type;

	/** Guarded by itself. */
	private final Set<F> factories = Collections.newSetFromMap(new WeakHashMap<>());

	ConnectionFactories(Class<F> type) {
		this.type = type;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (this.type.isInstance(bean)) {
			F factory = this.type.cast(bean);
			synchronized (this.factories) {
				this.factories.add(factory);
			}
			reach(factory);
		}
		return bean;
	}

	void reachAll() {
		all().forEach(this::reach);
	}

	/** The highest phase of a factory: after it, all that start by themselves have. */
	int lastPhase() {
		return all().stream().mapToInt(SmartLifecycle::getPhase).max().orElse(0);
	}

	/** Reaches the client of a factory, if it has one by now. */
	abstract void reach(F factory);

	private Set<F> all() {
		synchronized (this.factories) {
			return new LinkedHashSet<>(this.factories);
		}
	}

}
