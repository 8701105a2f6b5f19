/**
 * Ends operations of MongoDB's drivers with their scope. Requires a MongoDB driver, and
 * {@code cancel-scope.mongodb.enabled=true}.
 * <p>
 * For contributors: {@code MongoClientBeanPostProcessor} puts proxies in front of the
 * clients. A {@code ScopedHandle} is the proxy of a client, a database or a collection of
 * the blocking driver; {@code ScopedIterable} and {@code ScopedCursor} follow what it
 * returns. {@code ReactiveHandle} and {@code ScopedPublisher} are the same for the
 * reactive driver. A {@code Recipe} repeats the calls that made an iterable or a
 * publisher, with a timeout and a session, when the operation begins.
 */
@NullMarked
package io.cancelscope.spring.mongodb;

import org.jspecify.annotations.NullMarked;
