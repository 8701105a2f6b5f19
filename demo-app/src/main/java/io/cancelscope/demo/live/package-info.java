/**
 * The page: a search that people watch while it runs, beside the same search without
 * scopes. What it shows are the scopes themselves, told by a listener.
 */
@NullMarked
package io.cancelscope.demo.live;

import org.jspecify.annotations.NullMarked;
