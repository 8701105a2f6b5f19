package io.cancelscope.spring.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.jdbc.CancelScopeJdbcAutoConfiguration;
import io.cancelscope.spring.redis.CancelScopeRedisAutoConfiguration;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A node in a process of its own. Does what its standard input says, line by line, and
 * writes what happened, with the time by {@code nanoTime}, which all processes of a
 * machine share.
 */
final class NodeProgram {

	private static final long LONG_SECONDS = 300;

	private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "work");
		thread.setDaemon(true);
		return thread;
	});

	/** Those that are open: nothing else holds a scope that no thread is in. */
	private final Set<OpenScope> open = ConcurrentHashMap.newKeySet();

	private final PrintStream out;

	private final CancelScopes scopes;

	private final ClusterCancel cluster;

	private final CancelTransport transport;

	private final JdbcTemplate jdbc;

	private NodeProgram(PrintStream out, ConfigurableApplicationContext context) {
		this.out = out;
		this.scopes = context.getBean(CancelScopes.class);
		this.cluster = context.getBean(ClusterCancel.class);
		this.transport = context.getBean(CancelTransport.class);
		this.jdbc = context.getBean(JdbcTemplate.class);
	}

	public static void main(String[] args) throws IOException {
		PrintStream out = System.out;
		System.setOut(System.err);
		SpringApplication application = new SpringApplication(Node.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		NodeProgram program = new NodeProgram(out, application.run(args));
		program.say("ready");
		try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				String[] words = line.split(" ");
				program.execute(words[0], (words.length > 1) ? words[1] : "");
			}
		}
		// The parent is gone, or has had enough.
		Runtime.getRuntime().halt(0);
	}

	private void execute(String command, String key) {
		switch (command) {
			case "open" -> open(key);
			case "query" -> this.threads.execute(() -> query(key));
			case "cancel" -> cancel(key);
			case "connected" -> say("connected " + this.transport.isConnected());
			default -> say("unknown " + command);
		}
	}

	private void open(String key) {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("work").withKey(key));
		this.open.add(scope);
		scope.onCancel((reason) -> {
			long now = System.nanoTime();
			say((scope.isCancelled() ? "cancelled " : "wrong ") + key + " " + now + " " + reason.message());
			this.open.remove(scope);
			this.threads.execute(scope::close);
		});
		say("opened " + key);
	}

	private void query(String key) {
		try {
			this.scopes.run(ScopeOptions.named("query").withKey(key), (scope) -> {
				say("querying " + key);
				this.jdbc.execute("select pg_sleep(" + LONG_SECONDS + "), '" + key + "'");
			});
			say("returned " + key + " " + System.nanoTime());
		}
		catch (RuntimeException ex) {
			say("stopped " + key + " " + System.nanoTime());
		}
	}

	private void cancel(String key) {
		long begin = System.nanoTime();
		this.cluster.cancel(CancelRequest.byKey(key).withReason("test")).whenComplete((result, failure) -> {
			if (failure != null) {
				say("failed " + key + " " + failure);
			}
			else {
				say("result " + key + " " + begin + " " + System.nanoTime() + " " + result.nodes() + " "
						+ result.cancelled() + " " + result.already() + " " + result.cluster());
			}
		});
	}

	private void say(String line) {
		synchronized (this.out) {
			this.out.println(line);
			this.out.flush();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ CancelScopeAutoConfiguration.class, CancelScopeJdbcAutoConfiguration.class,
			CancelScopeRedisAutoConfiguration.class, CancelScopeClusterAutoConfiguration.class,
			DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class, DataRedisAutoConfiguration.class })
	static class Node {

	}

}
