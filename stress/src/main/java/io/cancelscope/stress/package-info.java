/**
 * The core's state machine under jcstress. Each test is one race with a name, and says
 * which outcomes are forbidden and why. Run all in quick mode:
 *
 * <pre>
 * ./mvnw -Pstress -pl stress -am verify -DskipTests
 * </pre>
 *
 * {@code -Dstress.mode=default} takes longer and looks harder,
 * {@code -Dstress.tests=CancelAndClose} picks one.
 */
package io.cancelscope.stress;
