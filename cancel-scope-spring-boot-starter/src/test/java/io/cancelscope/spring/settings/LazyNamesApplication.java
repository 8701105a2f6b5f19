package io.cancelscope.spring.settings;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/**
 * Beans of which only an interface is known until they are created.
 */
@Configuration(proxyBeanMethods = false)
class LazyNamesApplication {

	@Bean
	@Lazy
	NamesApplication.Finder hidden() {
		return new NamesApplication.HiddenImplementation();
	}

	@Bean
	FactoryBean<NamesApplication.Fares> fares() {
		return new NamesApplication.Repository<>(NamesApplication.Fares.class);
	}

}
