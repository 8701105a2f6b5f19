/**
 * What single operations cost, side by side with what others offer for the same. The ones
 * called after a peer do with the peer what ours of the like name does.
 */
package io.cancelscope.benchmarks.micro;
