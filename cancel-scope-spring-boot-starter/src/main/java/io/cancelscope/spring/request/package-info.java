/**
 * What servlet and reactive requests have in common: the scope of a request, its name and
 * its budget, the headers that are believed, and what a cancelled request is answered.
 * For the features {@code web} and {@code webflux}. An application uses
 * {@link io.cancelscope.spring.request.IgnoredDeadlineListener} alone.
 *
 * <p>
 * The path of a request: {@code RequestScopes} has {@code RequestScopeNames} find its
 * name and {@code RequestBudget} its limit, from the headers of a caller that
 * {@code HeaderTrust} believes, and opens a {@code RequestScope}.
 */
@NullMarked
package io.cancelscope.spring.request;

import org.jspecify.annotations.NullMarked;
