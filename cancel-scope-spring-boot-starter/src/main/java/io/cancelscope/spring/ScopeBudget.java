package io.cancelscope.spring;

import java.time.Duration;

/**
 * The budget of the scopes of one name, and where it is set. For features.
 *
 * @param timeout the budget
 * @param source where it is set, for people, such as {@code @CancelScoped} or the name of
 * a property
 */
public record ScopeBudget(Duration timeout, String source) {

}
