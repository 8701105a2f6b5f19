/**
 * Cancels scopes on all nodes of an application: by key, name, trace id or id.
 * <p>
 * For contributors: a {@code ClusterNode} is one node. It sends a command to all nodes
 * through the {@link io.cancelscope.spring.cluster.CancelTransport}, executes it by its
 * {@code LocalScopes}, and collects the answers in a {@code PendingAnswers}.
 * {@code Messages} reads and writes what is sent, and trusts nothing.
 */
@NullMarked
package io.cancelscope.spring.cluster;

import org.jspecify.annotations.NullMarked;
