package io.cancelscope.spring.cluster;

import java.time.Duration;
import java.util.List;

import io.cancelscope.CancelScopes;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.BudgetChanges;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import io.cancelscope.spring.CancelScopesCustomizer;
import io.cancelscope.spring.LiveScopes;
import io.cancelscope.spring.NamePattern;
import io.cancelscope.spring.ScopeCommands;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.util.function.SingletonSupplier;

/**
 * Auto-configuration of the {@link ClusterCancel} bean. It sends requests to other nodes
 * only if {@code cancel-scope.cluster.enabled} is {@code true}.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class,
		afterName = "io.cancelscope.spring.actuate.CancelScopeActuateAutoConfiguration")
@ConditionalOnBooleanProperty(name = "cancel-scope.enabled", matchIfMissing = true)
@EnableConfigurationProperties(CancelScopeClusterProperties.class)
public final class CancelScopeClusterAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean({ ClusterCancel.class, ScopeCommands.class })
	ClusterNode clusterCancel(CancelScopeClusterProperties properties, Environment environment,
			ObjectProvider<CancelScopes> scopes, ObjectProvider<LiveScopes> live,
			ObjectProvider<CancelAuthorization> authorizations, ObjectProvider<Tombstones> tombstones,
			ObjectProvider<BudgetChanges> changes) {
		SingletonSupplier<CancelScopes> opener = SingletonSupplier.of(scopes::getObject);
		List<NamePattern> names = properties.names().stream().map(NamePattern::of).toList();
		SingletonSupplier<List<CancelAuthorization>> permissions = SingletonSupplier
			.of(() -> authorizations.orderedStream().toList());
		LocalScopes local = new LocalScopes(opener::obtain, live.getIfAvailable(), names, permissions::obtain,
				tombstones.getIfAvailable());
		return new ClusterNode(properties, environment.getProperty("spring.application.name", "application"), local,
				new BudgetPermission(names, permissions::obtain), changes::getIfAvailable, TimeSource.system(),
				System::currentTimeMillis);
	}

	/** It depends on nothing, since the {@code CancelScopes} bean depends on it. */
	@Bean
	@ConditionalOnProperty("cancel-scope.cluster.tombstones")
	Tombstones clusterTombstones(CancelScopeClusterProperties properties) {
		Duration life = properties.tombstones();
		return new Tombstones(TimeSource.system(), (life != null) ? life : Duration.ZERO);
	}

	@Bean
	@ConditionalOnProperty("cancel-scope.cluster.tombstones")
	CancelScopesCustomizer clusterTombstonesCustomizer(Tombstones tombstones) {
		return (builder) -> builder.keyedListener(tombstones::opened);
	}

	/** Where all is lazy, nobody else would ask for it at the right time. */
	@Bean
	static LazyInitializationExcludeFilter eagerClusterConnection() {
		return LazyInitializationExcludeFilter.forBeanTypes(ClusterConnection.class);
	}

	/**
	 * Auto-configuration of what connects this node with others.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty(name = "cancel-scope.cluster.enabled")
	@Import(TransportConfiguration.class)
	static class EnabledConfiguration {

		@Bean
		@ConditionalOnMissingBean
		@ConditionalOnBooleanProperty(name = "cancel-scope.cluster.track-open", matchIfMissing = true)
		LiveScopes liveCancelScopes(Environment environment) {
			return LiveScopes.create(environment);
		}

		@Bean
		ClusterConnection clusterConnection(ObjectProvider<ClusterNode> node,
				ObjectProvider<CancelTransport> transport) {
			return new ClusterConnection(node, transport);
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static CancelScopeFeature cancelScopeClusterFeature() {
			return CancelScopeFeature.named("cluster");
		}

	}

	/** Connects when all beans are there, so that no message comes before. */
	static final class ClusterConnection implements SmartInitializingSingleton {

		private final ObjectProvider<ClusterNode> node;

		private final ObjectProvider<CancelTransport> transport;

		ClusterConnection(ObjectProvider<ClusterNode> node, ObjectProvider<CancelTransport> transport) {
			this.node = node;
			this.transport = transport;
		}

		@Override
		public void afterSingletonsInstantiated() {
			this.node.ifAvailable((here) -> here.connect(this.transport.getObject()));
		}

	}

}
