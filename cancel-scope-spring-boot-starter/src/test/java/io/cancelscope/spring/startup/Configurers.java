package io.cancelscope.spring.startup;

import java.util.List;
import java.util.concurrent.Executor;

import javax.sql.DataSource;

import io.cancelscope.CancelScopes;
import io.cancelscope.spring.CancelScoped;
import reactor.core.publisher.Mono;

import org.springframework.aop.Advisor;
import org.springframework.aop.interceptor.SimpleTraceInterceptor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.CachingConfigurer;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.EnableLoadTimeWeaving;
import org.springframework.context.annotation.LoadTimeWeavingConfigurer;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.instrument.classloading.LoadTimeWeaver;
import org.springframework.instrument.classloading.SimpleLoadTimeWeaver;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jms.annotation.EnableJms;
import org.springframework.jms.annotation.JmsListenerConfigurer;
import org.springframework.jms.config.JmsListenerEndpointRegistrar;
import org.springframework.jms.config.SimpleJmsListenerContainerFactory;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.scheduling.annotation.AsyncConfigurer;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.authentication.builders.AuthenticationManagerBuilder;
import org.springframework.security.config.annotation.authentication.configuration.EnableGlobalAuthentication;
import org.springframework.security.config.annotation.authentication.configuration.GlobalAuthenticationConfigurerAdapter;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configuration.WebSecurityCustomizer;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.TransactionManagementConfigurer;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.handler.TextWebSocketHandler;

/**
 * Applications that configure Spring by one of its interfaces, as users do: with beans
 * injected into the class that implements it.
 */
final class Configurers {

	private Configurers() {
	}

	@Configuration
	@EnableAutoConfiguration
	@EnableTransactionManagement
	static class OfTransactions implements TransactionManagementConfigurer {

		private final DataSource dataSource;

		OfTransactions(DataSource dataSource) {
			this.dataSource = dataSource;
		}

		@Bean
		PlatformTransactionManager usersManager() {
			return new JdbcTransactionManager(this.dataSource);
		}

		@Override
		public PlatformTransactionManager annotationDrivenTransactionManager() {
			return usersManager();
		}

	}

	@Configuration
	@EnableAutoConfiguration
	@EnableTransactionManagement
	static class OfJpaTransactions implements TransactionManagementConfigurer {

		private final DataSource dataSource;

		OfJpaTransactions(DataSource dataSource) {
			this.dataSource = dataSource;
		}

		@Bean
		LocalContainerEntityManagerFactoryBean entityManagerFactory() {
			LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
			factory.setDataSource(this.dataSource);
			factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
			factory.setManagedTypes(PersistenceManagedTypes.of());
			return factory;
		}

		@Bean
		PlatformTransactionManager usersManager() {
			return new JpaTransactionManager(entityManagerFactory().getObject());
		}

		@Override
		public PlatformTransactionManager annotationDrivenTransactionManager() {
			return usersManager();
		}

	}

	@Configuration
	@EnableAutoConfiguration
	@EnableCaching
	static class OfCaches implements CachingConfigurer {

		@Bean
		@Override
		public CacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

	}

	@Configuration
	@EnableAutoConfiguration
	@EnableAsync
	static class OfAsync implements AsyncConfigurer {

		@Bean
		Executor usersExecutor() {
			return new SimpleAsyncTaskExecutor("users-");
		}

		@Override
		public Executor getAsyncExecutor() {
			return usersExecutor();
		}

	}

	@Configuration
	@EnableAutoConfiguration
	@EnableScheduling
	static class OfScheduling implements SchedulingConfigurer {

		private final CancelScopes scopes;

		OfScheduling(CancelScopes scopes) {
			this.scopes = scopes;
		}

		@Override
		public void configureTasks(ScheduledTaskRegistrar tasks) {
			tasks.addCronTask(this.scopes::check, "0 0 0 29 2 *");
		}

	}

	@Configuration
	@EnableAutoConfiguration
	static class OfMvc implements WebMvcConfigurer {

		private final CancelScopes scopes;

		OfMvc(CancelScopes scopes) {
			this.scopes = scopes;
		}

		@Override
		public void addInterceptors(InterceptorRegistry interceptors) {
			this.scopes.check();
			interceptors.addInterceptor(new HandlerInterceptor() {
			});
		}

	}

	@Configuration
	@EnableAutoConfiguration
	static class OfWebFlux implements WebFluxConfigurer {

		OfWebFlux(CancelScopes scopes) {
			scopes.check();
		}

	}

	@Configuration
	@EnableAutoConfiguration
	@EnableGlobalAuthentication
	@EnableMethodSecurity
	static class OfSecurity extends GlobalAuthenticationConfigurerAdapter {

		@Bean
		UserDetailsService users() {
			return (name) -> User.withUsername(name).password("{noop}" + name).build();
		}

		@Override
		public void init(AuthenticationManagerBuilder authentication) {
			authentication.eraseCredentials(true);
		}

	}

	@Configuration
	@EnableAutoConfiguration
	@EnableWebSecurity
	static class OfSecurityFilters {

		private final CancelScopes scopes;

		OfSecurityFilters(CancelScopes scopes) {
			this.scopes = scopes;
		}

		@Bean
		UserDetailsService users() {
			return (name) -> User.withUsername(name).password("{noop}" + name).build();
		}

		@Bean
		SecurityFilterChain usersChain(HttpSecurity http) {
			this.scopes.check();
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

		@Bean
		WebSecurityCustomizer usersWebSecurity() {
			return (web) -> web.debug(false);
		}

	}

	@Configuration
	@EnableAutoConfiguration
	@EnableWebFluxSecurity
	static class OfReactiveSecurityFilters {

		@Bean
		ReactiveUserDetailsService users() {
			return (name) -> Mono.just(User.withUsername(name).password("{noop}" + name).build());
		}

		@Bean
		SecurityWebFilterChain usersChain(ServerHttpSecurity http, CancelScopes scopes) {
			scopes.check();
			return http.authorizeExchange((requests) -> requests.anyExchange().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

	@Configuration
	@EnableAutoConfiguration
	@EnableWebSocket
	static class OfWebSockets implements WebSocketConfigurer {

		private final CancelScopes scopes;

		OfWebSockets(CancelScopes scopes) {
			this.scopes = scopes;
		}

		@Override
		public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
			this.scopes.check();
			registry.addHandler(new TextWebSocketHandler(), "/socket");
		}

	}

	@Configuration
	@EnableAutoConfiguration
	@EnableJms
	static class OfJms implements JmsListenerConfigurer {

		private final CancelScopes scopes;

		OfJms(CancelScopes scopes) {
			this.scopes = scopes;
		}

		@Bean
		SimpleJmsListenerContainerFactory usersContainers() {
			return new SimpleJmsListenerContainerFactory();
		}

		@Override
		public void configureJmsListeners(JmsListenerEndpointRegistrar registrar) {
			this.scopes.check();
			registrar.setContainerFactory(usersContainers());
		}

	}

	@Configuration
	@EnableAutoConfiguration
	@EnableLoadTimeWeaving(aspectjWeaving = EnableLoadTimeWeaving.AspectJWeaving.DISABLED)
	static class OfLoadTimeWeaving implements LoadTimeWeavingConfigurer {

		@Override
		public LoadTimeWeaver getLoadTimeWeaver() {
			return new SimpleLoadTimeWeaver();
		}

	}

	@Configuration
	@EnableAutoConfiguration
	static class OfAdvice {

		@Bean
		Desk audited() {
			return new Desk();
		}

		@Bean
		Advisor audit(Desk audited) {
			NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
			pointcut.setMappedName("scope");
			pointcut.setClassFilter((type) -> type == Desk.class);
			return new DefaultPointcutAdvisor(pointcut, new SimpleTraceInterceptor());
		}

	}

	@Configuration
	@EnableAutoConfiguration
	static class OfFactories {

		@Bean
		static BeanFactoryPostProcessor usersFactoryPostProcessor() {
			return (beanFactory) -> beanFactory.getBeanNamesForType(Desk.class, true, false);
		}

		@Bean
		static BeanPostProcessor usersPostProcessor() {
			return new BeanPostProcessor() {
			};
		}

		@Bean
		DeskFactory desk(CancelScopes scopes) {
			return new DeskFactory(scopes);
		}

		@Bean
		List<String> destinations(Desk desk) {
			return List.of(desk.toString());
		}

	}

	static class DeskFactory implements FactoryBean<Desk> {

		DeskFactory(CancelScopes scopes) {
			scopes.check();
		}

		@Override
		public Desk getObject() {
			return new Desk();
		}

		@Override
		public Class<?> getObjectType() {
			return Desk.class;
		}

	}

	static class Desk {

		@CancelScoped("2s")
		String scope() {
			return "scope";
		}

	}

}
