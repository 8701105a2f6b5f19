package io.cancelscope;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the core may lean on. Each rule is also run on a class that breaks it.
 */
class CoreArchitectureTests {

	private static final JavaClasses CORE = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("io.cancelscope");

	private static final ArchRule STANDS_ON_THE_JDK = classes().that()
		.resideInAPackage("io.cancelscope..")
		.should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage("java..", "org.jspecify..", "io.cancelscope..");

	/** Few classes have a logger, and those know what is done to text from outside. */
	private static final ArchRule LOGS_SAFE_TEXT = noClasses().that(doNotUse(LogText.class))
		.should()
		.dependOnClassesThat()
		.haveNameMatching("java\\.lang\\.System\\$Logger|java\\.util\\.logging\\..*");

	private static DescribedPredicate<JavaClass> doNotUse(Class<?> type) {
		return DescribedPredicate.describe("do not use " + type.getSimpleName(),
				(user) -> user.getDirectDependenciesFromSelf()
					.stream()
					.noneMatch((dependency) -> dependency.getTargetClass().isEquivalentTo(type)));
	}

	/** Runs on whatever is given it, so that it can be shown to fail. */
	private static ArchRule usesOnlyPublicTypes(DescribedPredicate<JavaClass> which) {
		return noClasses().that(which).should().dependOnClassesThat(hiddenInTheCore()).allowEmptyShould(true);
	}

	private static DescribedPredicate<JavaClass> hiddenInTheCore() {
		return DescribedPredicate.describe("are hidden in io.cancelscope",
				(type) -> type.getPackageName().equals("io.cancelscope") && !isPublic(type));
	}

	private static boolean isPublic(JavaClass type) {
		return type.getModifiers().contains(JavaModifier.PUBLIC)
				&& type.getEnclosingClass().map(CoreArchitectureTests::isPublic).orElse(true);
	}

	/** A class with more lines has a second idea inside. */
	@Test
	void noClassIsLongerThan500Lines() throws IOException {
		Map<String, Integer> lengths = new TreeMap<>();
		try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
			for (Path source : sources.filter((path) -> path.toString().endsWith(".java")).toList()) {
				lengths.put(source.getFileName().toString(), Files.readAllLines(source).size());
			}
		}

		assertThat(lengths).containsKey("CancelScopes.java")
			.allSatisfy((name, lines) -> assertThat(lines).as(name).isLessThanOrEqualTo(500));
	}

	@Test
	void coreStandsOnTheJdkAlone() {
		assertThat(violations(STANDS_ON_THE_JDK, CORE)).isEmpty();
	}

	@Test
	void classThatLeansOnALibraryIsFoundOut() {
		assertThat(violations(STANDS_ON_THE_JDK, importing(LeansOnALibrary.class))).isNotEmpty();
	}

	@Test
	void taskGroupsAndTimeAreBuiltOnThePublicApi() {
		ArchRule rule = usesOnlyPublicTypes(resideInAnyPackage("io.cancelscope.group..", "io.cancelscope.testing.."));

		assertThat(violations(rule, CORE)).isEmpty();
		assertThat(CORE.containPackage("io.cancelscope.group")).isTrue();
	}

	@Test
	void classThatUsesAHiddenTypeIsFoundOut() {
		ArchRule rule = usesOnlyPublicTypes(DescribedPredicate.alwaysTrue());

		assertThat(violations(rule, importing(UsesAHiddenType.class))).isNotEmpty();
		assertThat(violations(rule, importing(Trail.class))).isEmpty();
	}

	@Test
	void whatIsLoggedIsMadeSafeForALineFirst() {
		assertThat(violations(LOGS_SAFE_TEXT, CORE)).isEmpty();
		assertThat(violations(LOGS_SAFE_TEXT, importing(LogsAsItIs.class))).isNotEmpty();
	}

	@Test
	void mainClassesDoNotDependOnTheTests() {
		assertThat(CORE).noneMatch((type) -> type.getSimpleName().endsWith("Tests"));
		assertThat(CORE).hasSizeGreaterThan(20);
	}

	private static List<String> violations(ArchRule rule, JavaClasses classes) {
		return rule.evaluate(classes).getFailureReport().getDetails();
	}

	private static JavaClasses importing(Class<?> type) {
		return new ClassFileImporter().importClasses(type);
	}

	/** Breaks a rule on purpose. */
	static final class LeansOnALibrary {

		final org.awaitility.core.ConditionFactory library = org.awaitility.Awaitility.await();

	}

	/** Breaks a rule on purpose. */
	static final class UsesAHiddenType {

		final Object hidden = CancelScope.current() instanceof RootScope;

	}

	/** Breaks a rule on purpose. */
	static final class LogsAsItIs {

		final System.Logger logger = System.getLogger("x");

	}

}
