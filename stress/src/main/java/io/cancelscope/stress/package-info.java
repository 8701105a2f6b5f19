/**
 * The core's state machine under jcstress. Each test is one race with a name, and says
 * which outcomes are forbidden and why. Run all in quick mode:
 *
 * <pre>
 * ./mvnw -Pstress -pl stress -am verify -DskipTests
 * </pre>
 *
 * {@code -Dstress.mode=default -Dstress.split=true -Dstress.iterations=10} takes longer
 * and looks harder, {@code -Dstress.tests=CancelAndClose} picks one.
 */
package io.cancelscope.stress;
