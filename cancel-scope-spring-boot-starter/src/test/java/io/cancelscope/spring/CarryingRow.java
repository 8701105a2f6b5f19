package io.cancelscope.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the test behind a row of a table in {@code docs/reference/carrying.md}. The page
 * and these annotations say the same, or {@code CarryingTableTests} fails.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface CarryingRow {

	/** How the work gets to the other thread. */
	String way();

	/** Whether the scope comes along; {@code no} where the test asserts that. */
	String carried();

	/** What takes it along, or what to do instead. */
	String by();

}
