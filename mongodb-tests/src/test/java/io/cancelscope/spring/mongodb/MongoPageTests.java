package io.cancelscope.spring.mongodb;

import java.io.IOException;
import java.util.List;

import io.cancelscope.DeadlineExceededException;
import io.cancelscope.spring.CancelScoped;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.mongodb.autoconfigure.MongoReactiveAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.data.mongodb.core.mapping.Document;
import org.springframework.data.mongodb.repository.MongoRepository;
import org.springframework.data.mongodb.repository.config.EnableMongoRepositories;
import org.springframework.stereotype.Service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The code of {@code docs/reference/mongodb.md}, which is cut from here.
 */
class MongoPageTests {

	private static final FakeMongo server = App.server();

	private static final ConfigurableApplicationContext context = start();

	private static ConfigurableApplicationContext start() {
		SpringApplication application = new SpringApplication(PageApp.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		return application.run("--spring.main.banner-mode=off", "--logging.level.root=warn",
				"--cancel-scope.mongodb.enabled=true", "--spring.mongodb.uri=" + server.uri(""),
				// It would have both drivers use Netty, which is there for another test.
				"--spring.autoconfigure.exclude=" + MongoReactiveAutoConfiguration.class.getName());
	}

	@AfterAll
	static void close() throws IOException {
		server.reset();
		context.close();
		server.close();
	}

	@Test
	void repositoryEndsWithTheScope() {
		server.add("quote", new BsonDocument("_id", new BsonString("a")).append("price", new BsonInt32(7)));
		Quotes quotes = context.getBean(Quotes.class);
		assertThat(catchThrowable(quotes::all)).satisfiesAnyOf((thrown) -> assertThat(thrown).isNull(),
				(thrown) -> assertThat(thrown).isInstanceOf(DeadlineExceededException.class)); // cold
		server.slow("find", 60_000);

		Throwable thrown = catchThrowable(quotes::all);

		assertThat(thrown).isExactlyInstanceOf(DeadlineExceededException.class)
			.hasMessage("scope 'Quotes.all' (300ms) exceeded its deadline");
	}

	// tag::service[]
	@Service
	static class Quotes {

		private final QuoteRepository repository;

		Quotes(QuoteRepository repository) {
			this.repository = repository;
		}

		@CancelScoped("300ms")
		public List<Quote> all() {
			return this.repository.findAll();
		}

	}
	// end::service[]

	@Document("quote")
	record Quote(String id, int price) {

	}

	interface QuoteRepository extends MongoRepository<Quote, String> {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableMongoRepositories(considerNestedRepositories = true, basePackageClasses = MongoPageTests.class)
	@Import(Quotes.class)
	static class PageApp {

	}

}
