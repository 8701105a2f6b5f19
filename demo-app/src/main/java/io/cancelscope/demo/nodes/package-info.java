/**
 * Three desks with one database, each of which can stop the imports of all.
 */
@NullMarked
package io.cancelscope.demo.nodes;

import org.jspecify.annotations.NullMarked;
