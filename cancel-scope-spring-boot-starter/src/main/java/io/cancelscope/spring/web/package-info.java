/**
 * Gives each servlet request a scope: a filter opens it, asynchronous requests keep it
 * open until they end, and what a cancelled request is answered is a problem detail. On
 * in servlet applications.
 */
@NullMarked
package io.cancelscope.spring.web;

import org.jspecify.annotations.NullMarked;
