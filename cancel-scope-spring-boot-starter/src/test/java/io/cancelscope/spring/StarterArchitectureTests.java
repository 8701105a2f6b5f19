package io.cancelscope.spring;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Features don't know each other, and the root knows none of them. Each rule is also seen
 * to fail on the fixtures below this package.
 */
class StarterArchitectureTests {

	private static final String FIXTURE = "io.cancelscope.spring.fixture";

	private static final JavaClasses BAD = new ClassFileImporter().importPackages(FIXTURE);

	@Test
	void featuresDontKnowEachOther() {
		assertThatNoException()
			.isThrownBy(() -> featuresAreSeparate("io.cancelscope.spring").check(StarterClasses.ALL));
	}

	@Test
	void featuresThatKnowEachOtherAreFound() {
		assertThat(featuresAreSeparate(FIXTURE).evaluate(BAD).getFailureReport().getDetails())
			.anyMatch((detail) -> detail.contains("fixture.one.One"));
	}

	@Test
	void rootKnowsNoFeature() {
		assertThatNoException().isThrownBy(() -> rootKnowsNoFeature("io.cancelscope.spring").check(StarterClasses.ALL));
	}

	@Test
	void rootThatKnowsAFeatureIsFound() {
		assertThat(rootKnowsNoFeature(FIXTURE).evaluate(BAD).hasViolation()).isTrue();
	}

	@Test
	void nothingButOneLineLogHasALogger() {
		assertThatNoException().isThrownBy(() -> logsByOneLineLogOnly().check(StarterClasses.ALL));
	}

	@Test
	void anotherLoggerIsFound() {
		assertThat(logsByOneLineLogOnly().evaluate(BAD).getFailureReport().getDetails())
			.anyMatch((detail) -> detail.contains("fixture.one.Logging"));
	}

	/** Those that can be written to; one class only looks for Logback's filters. */
	private static ArchRule logsByOneLineLogOnly() {
		return noClasses().that()
			.doNotHaveFullyQualifiedName(OneLineLog.class.getName())
			.should()
			.dependOnClassesThat()
			.haveNameMatching("org\\.apache\\.commons\\.logging\\..*|org\\.slf4j\\.Logger|java\\.util\\.logging\\..*"
					+ "|java\\.lang\\.System\\$Logger");
	}

	private static ArchRule featuresAreSeparate(String root) {
		// What is for tests of users is no feature, and may check what one offers. What
		// all
		// kinds of requests have in common is below those that serve them.
		return slices().matching(root + ".(*)..")
			.should()
			.notDependOnEachOther()
			.ignoreDependency(resideInAPackage(root + ".test"), alwaysTrue())
			.ignoreDependency(alwaysTrue(), resideInAPackage(root + ".request"));
	}

	private static ArchRule rootKnowsNoFeature(String root) {
		return noClasses().that().resideInAPackage(root).should().dependOnClassesThat().resideInAPackage(root + ".*..");
	}

}
