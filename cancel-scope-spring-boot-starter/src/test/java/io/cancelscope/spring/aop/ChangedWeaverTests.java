package io.cancelscope.spring.aop;

import io.cancelscope.spring.FakeClass;
import org.aspectj.weaver.MemberImpl;
import org.aspectj.weaver.NameMangler;
import org.aspectj.weaver.UnresolvedType;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is assumed of AspectJ's names.
 */
class ChangedWeaverTests {

	@Test
	void weaverNamesTheBodyAsAssumed() {
		String name = NameMangler.aroundShadowMethodName(
				MemberImpl.method(UnresolvedType.forName("org.example.Quotes"), 0, "best", "()V"), "0");

		assertThat(name)
			.as("AspectJ: the weaver moves the body of an advised method into one with this in its name;"
					+ " otherwise woven methods of beans open two scopes")
			.contains(LoadTimeWovenClasses.BODY);
	}

	@Test
	void classWithoutSuchABodyIsNotTakenForWoven() {
		assertThat(LoadTimeWovenClasses.checkWoven(FakeClass.of("org.example.Woven"))).isFalse();
	}

	@Test
	void classWithSuchABodyIsTakenForWoven() {
		assertThat(LoadTimeWovenClasses.checkWoven(Woven.class)).isTrue();
	}

	static class Woven {

		static void best_aroundBody0() {
		}

	}

}
