package io.cancelscope.slices;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.SimpleMetadataReaderFactory;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every slice of Spring Boot on this class path has what makes {@code @CancelScoped}
 * work.
 */
class SlicesTests {

	private static final List<String> IN_EACH = List.of("io.cancelscope.spring.CancelScopeAutoConfiguration",
			"io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration",
			"io.cancelscope.spring.future.CancelScopeFutureAutoConfiguration",
			"io.cancelscope.spring.observemode.CancelScopeObserveModeAutoConfiguration",
			"io.cancelscope.spring.reactor.CancelScopeReactorAutoConfiguration",
			"io.cancelscope.spring.resilience.CancelScopeResilienceAutoConfiguration",
			"io.cancelscope.spring.task.CancelScopeTaskAutoConfiguration",
			"org.springframework.boot.autoconfigure.aop.AopAutoConfiguration");

	private static final PathMatchingResourcePatternResolver RESOURCES = new PathMatchingResourcePatternResolver();

	@ParameterizedTest
	@MethodSource("slices")
	void sliceImportsTheStarter(Class<?> slice) {
		assertThat(ImportCandidates.load(slice, null)).containsAll(IN_EACH);
	}

	@Test
	void allSlicesAreFound() throws IOException {
		assertThat(slices().map(Class::getSimpleName)).contains("JsonTest", "WebMvcTest", "WebFluxTest",
				"RestClientTest", "WebClientTest", "JdbcTest", "DataJdbcTest", "DataJpaTest");
	}

	@ParameterizedTest
	@MethodSource("files")
	void whatAFileNamesIsThere(Resource file) throws IOException {
		List<String> named = file.getContentAsString(StandardCharsets.UTF_8).lines().toList();

		assertThat(named).containsAll(IN_EACH)
			.doesNotHaveDuplicates()
			.allSatisfy((name) -> assertThat(ClassUtils.resolveClassName(name, null))
				.hasAnnotation(AutoConfiguration.class));
	}

	/**
	 * The annotations of Spring Boot that switch off the rest of its auto-configuration.
	 */
	static Stream<Class<?>> slices() throws IOException {
		return Stream.of(RESOURCES.getResources("classpath*:org/springframework/boot/**/*Test.class"))
			.map(SlicesTests::read)
			.filter((found) -> found.getAnnotationMetadata().hasAnnotation(OverrideAutoConfiguration.class.getName()))
			.filter((found) -> found.getAnnotationMetadata().hasAnnotation(ImportAutoConfiguration.class.getName()))
			.map((found) -> ClassUtils.resolveClassName(found.getClassMetadata().getClassName(), null));
	}

	static Stream<Resource> files() throws IOException {
		return Stream.of(RESOURCES.getResources("classpath*:META-INF/spring/org.springframework.boot.*Test.imports"))
			.filter(SlicesTests::isOurs);
	}

	private static boolean isOurs(Resource file) {
		try {
			return file.getURL().toString().contains("cancel-scope-spring-boot-starter");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static MetadataReader read(Resource file) {
		try {
			return new SimpleMetadataReaderFactory().getMetadataReader(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
