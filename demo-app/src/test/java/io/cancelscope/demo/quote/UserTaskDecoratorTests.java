package io.cancelscope.demo.quote;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.cancelscope.demo.Desk;
import io.cancelscope.demo.Desk.Answer;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.core.task.TaskDecorator;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A decorator of the user's own still runs beside the library's.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class UserTaskDecoratorTests {

	@Autowired
	private Set<String> decoratedThreads;

	/** Injected by type alone: ours must not stand in the way of the user's. */
	@Autowired
	private TaskDecorator decorator;

	@LocalServerPort
	private int port;

	@Test
	void runsBesideOurs() {
		Answer answer = new Desk(this.port)
			.quotes("budget=10s&mode=all-or-nothing&suppliers=delta:failing,eos:hanging");

		assertThat(this.decoratedThreads).isNotEmpty().allMatch((thread) -> thread.startsWith("desk-"));
		assertThat(this.decorator).isInstanceOf(Remembering.class);
		assertThat(answer.status()).as("the scope is carried all the same").isEqualTo(502);
		assertThat(answer.took()).isLessThan(Duration.ofSeconds(5));
	}

	@TestConfiguration
	static class Users {

		@Bean
		Set<String> decoratedThreads() {
			return ConcurrentHashMap.newKeySet();
		}

		@Bean
		Remembering usersDecorator(Set<String> decoratedThreads) {
			return new Remembering(decoratedThreads);
		}

	}

	record Remembering(Set<String> threads) implements TaskDecorator {

		@Override
		public Runnable decorate(Runnable task) {
			return () -> {
				this.threads.add(Thread.currentThread().getName());
				task.run();
			};
		}

	}

}
