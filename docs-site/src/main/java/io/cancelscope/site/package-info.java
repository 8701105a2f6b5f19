/**
 * Renders the documentation to a folder of HTML pages that a browser reads without a
 * server. Starts in {@link io.cancelscope.site.Site}.
 */
@NullMarked
package io.cancelscope.site;

import org.jspecify.annotations.NullMarked;
