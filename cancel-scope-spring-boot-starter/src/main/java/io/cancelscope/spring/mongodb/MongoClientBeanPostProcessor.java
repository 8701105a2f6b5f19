package io.cancelscope.spring.mongodb;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.util.ClassUtils;

/**
 * Puts a proxy in front of each {@code MongoClient} bean of both drivers. What Spring
 * Data builds on the client goes through it: factories of databases, templates,
 * repositories, transactions and GridFS.
 */
final class MongoClientBeanPostProcessor implements DestructionAwareBeanPostProcessor, Ordered, AopInfrastructureBean {

	private static final boolean SYNC = isPresent("com.mongodb.client.MongoClient");

	private static final boolean REACTIVE = isPresent("com.mongodb.reactivestreams.client.MongoClient");

	private final Supplier<CancelScopeMongoProperties> properties;

	/** What belongs to each client, by the client itself. Guarded by its monitor. */
	private final Map<Object, Closeable> supports = Collections.synchronizedMap(new IdentityHashMap<>());

	/**
	 * Creates one that pulls in nothing yet: post-processors are made before all others.
	 */
	MongoClientBeanPostProcessor(Supplier<CancelScopeMongoProperties> properties) {
		this.properties = properties;
	}

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, MongoClientBeanPostProcessor.class.getClassLoader());
	}

	/** Returns the types of clients of the drivers that are present. */
	static Class<?>[] clientTypes() {
		return Stream
			.concat(SYNC ? Stream.of(SyncDriver.clientType()) : Stream.empty(),
					REACTIVE ? Stream.of(ReactiveDriver.clientType()) : Stream.empty())
			.toArray(Class<?>[]::new);
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		boolean sync = SYNC && SyncDriver.isClient(bean);
		boolean reactive = !sync && REACTIVE && ReactiveDriver.isClient(bean);
		if (!(sync || reactive) || this.properties.get().isExcluded(beanName)) {
			return bean;
		}
		boolean killSessions = this.properties.get().killSessions();
		Closeable support = sync ? SyncDriver.support(bean, killSessions) : ReactiveDriver.support(bean, killSessions);
		this.supports.put(bean, support);
		return sync ? SyncDriver.wrap(bean, support) : ReactiveDriver.wrap(bean, support);
	}

	@Override
	public boolean requiresDestruction(Object bean) {
		return this.supports.containsKey(bean);
	}

	/** Gets the client itself, not its proxy, before the client is closed. */
	@Override
	public void postProcessBeforeDestruction(Object bean, String beanName) {
		Closeable support = this.supports.remove(bean);
		if (support != null) {
			try {
				support.close();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

}
