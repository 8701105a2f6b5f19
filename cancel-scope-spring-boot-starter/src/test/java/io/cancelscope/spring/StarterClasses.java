package io.cancelscope.spring;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/**
 * The classes of the starter as ArchUnit sees them, read once for all tests.
 */
final class StarterClasses {

	static final JavaClasses ALL = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
		.importPackages("io.cancelscope.spring");

	private StarterClasses() {
	}

}
