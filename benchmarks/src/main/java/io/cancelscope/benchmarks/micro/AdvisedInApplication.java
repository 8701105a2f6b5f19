package io.cancelscope.benchmarks.micro;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.logging.CancelScopeLoggingAutoConfiguration;
import io.cancelscope.spring.shutdown.CancelScopeShutdownAutoConfiguration;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * The same call as in {@link Advised} where it stands in an application: inside a
 * request's scope, with the log of deadlines and the list of what to cancel at shutdown,
 * which every application has unless it switches them off.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AdvisedInApplication {

	private AnnotationConfigApplicationContext application;

	private Advised.Scoped bean;

	private OpenScope request;

	private CancelScope.Registration attachment;

	@Setup
	public void setUp() {
		this.application = new AnnotationConfigApplicationContext(ApplicationConfiguration.class);
		this.bean = this.application.getBean(Advised.Scoped.class);
		this.request = this.application.getBean(CancelScopes.class)
			.openUnbound(ScopeOptions.named("GET /trips").withTimeout(Duration.ofHours(1)));
		this.attachment = this.request.attach();
	}

	@TearDown
	public void close() {
		this.attachment.close();
		this.request.close();
		this.application.close();
	}

	@Benchmark
	public int cancelScoped() {
		return this.bean.work(1);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ CancelScopeLoggingAutoConfiguration.class, CancelScopeShutdownAutoConfiguration.class })
	static class ApplicationConfiguration extends Advised.ScopedConfiguration {

	}

}
