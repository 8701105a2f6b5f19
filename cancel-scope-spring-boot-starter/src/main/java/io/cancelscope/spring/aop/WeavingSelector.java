package io.cancelscope.spring.aop;

import io.cancelscope.spring.CancelScopeProperties.Weaving;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ImportSelector;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.ClassUtils;

/**
 * Decides by the property {@code cancel-scope.weaving} which of the two doors is there:
 * always one, never both.
 */
final class WeavingSelector implements ImportSelector {

	private static final String PROPERTY = "cancel-scope.weaving";

	/** What Spring Boot looks at before it switches on aspects. */
	private static final String ASPECTJ = "org.aspectj.weaver.Advice";

	private final Environment environment;

	private final ClassLoader classLoader;

	WeavingSelector(Environment environment, ClassLoader classLoader) {
		this.environment = environment;
		this.classLoader = classLoader;
	}

	@Override
	public String[] selectImports(AnnotationMetadata importing) {
		Weaving weaving = Binder.get(this.environment).bind(PROPERTY, Weaving.class).orElse(Weaving.ADVISOR);
		if (weaving == Weaving.ADVISOR) {
			return new String[] { AdvisorWeavingConfiguration.class.getName() };
		}
		if (!ClassUtils.isPresent(ASPECTJ, this.classLoader)) {
			throw new InvalidCancelScopedException(
					"The property " + PROPERTY + " is 'aspect', but AspectJ is not on the class path.",
					"Add the dependency org.springframework.boot:spring-boot-starter-aspectj; or set " + PROPERTY
							+ "=advisor, the default, which needs no AspectJ.",
					null);
		}
		return new String[] { AspectWeavingConfiguration.class.getName() };
	}

}
