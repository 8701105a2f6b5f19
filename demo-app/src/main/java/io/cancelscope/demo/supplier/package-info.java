/**
 * The other side of the wire: five suppliers of fares, served by the same application,
 * with a network delay that can be adjusted and a will of their own to fail or hang. No
 * scopes here.
 */
@NullMarked
package io.cancelscope.demo.supplier;

import org.jspecify.annotations.NullMarked;
