package io.cancelscope.spring.settings;

import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.ScopeNames;
import io.cancelscope.spring.ScopeSettings;
import org.aopalliance.intercept.MethodInterceptor;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * Beans with annotated methods, of all kinds.
 */
@Configuration(proxyBeanMethods = false)
@EnableAsync
@EnableScheduling
class NamesApplication {

	@Bean
	QuoteService quoteService(ScopeSettings settings) {
		settings.timeoutOf("nightly");
		settings.modeOf("nightly");
		return new QuoteService();
	}

	@Bean
	@Lazy
	LazyService lazyService() {
		return new LazyService();
	}

	@Bean
	@Scope("prototype")
	PrototypeService prototypeService() {
		return new PrototypeService();
	}

	@Bean
	ScheduledService scheduledService() {
		return new ScheduledService();
	}

	@Bean
	AsyncService asyncService() {
		return new AsyncService();
	}

	@Bean
	Clients clients() {
		return new Repository<>(Clients.class).getObject();
	}

	@Bean
	ScopeNames names() {
		return ScopeNames.of("import");
	}

	static class QuoteService {

		@CancelScoped("1s")
		public void best() {
		}

		@CancelScoped(name = "seats")
		public void seats() {
		}

	}

	static class LazyService {

		@CancelScoped
		public void find() {
		}

	}

	static class PrototypeService {

		@CancelScoped
		public void find() {
		}

	}

	static class ScheduledService {

		@Scheduled(fixedDelay = Long.MAX_VALUE, initialDelay = Long.MAX_VALUE)
		@CancelScoped
		public void tick() {
		}

	}

	static class AsyncService {

		@Async
		@CancelScoped
		public void send() {
		}

	}

	interface Finder {

		void find();

	}

	static class HiddenImplementation implements Finder {

		@Override
		@CancelScoped
		public void find() {
		}

	}

	interface Clients {

		@CancelScoped
		String call();

	}

	interface Fares {

		@CancelScoped
		String fare();

	}

	/**
	 * Creates a proxy of an interface alone when it is asked for, as Spring Data does.
	 */
	record Repository<T>(Class<T> type) implements FactoryBean<T> {

		@Override
		public T getObject() {
			return this.type.cast(new ProxyFactory(this.type, (MethodInterceptor) (invocation) -> null).getProxy());
		}

		@Override
		public Class<?> getObjectType() {
			return this.type;
		}

	}

}
