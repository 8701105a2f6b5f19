/**
 * Three services in three processes, HTTP → gRPC → gRPC → SQL, and what is left running
 * in them when the client leaves or its time is up: what {@code --chain} starts. The code
 * of the services does not use the library.
 */
@NullMarked
package io.cancelscope.demo.chain;

import org.jspecify.annotations.NullMarked;
