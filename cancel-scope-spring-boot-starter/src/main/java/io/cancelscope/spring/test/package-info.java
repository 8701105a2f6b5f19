/**
 * For the tests of applications: time that stands still, and tests that fail if they
 * leave scopes behind. Needs Spring Boot's test support and JUnit, and is not there
 * without them.
 */
@NullMarked
package io.cancelscope.spring.test;

import org.jspecify.annotations.NullMarked;
