/**
 * Support for tests of applications: a clock that the test controls, and failures of
 * tests that leave scopes open. Requires Spring Boot's test support and JUnit.
 */
@NullMarked
package io.cancelscope.spring.test;

import org.jspecify.annotations.NullMarked;
