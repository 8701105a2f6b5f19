/**
 * Ends Redis commands when their scope is cancelled.
 * <p>
 * For contributors: {@code LettuceFactories} adds a {@code LettuceCommands} to the client
 * of each Lettuce connection factory, which learns of each command on the thread that
 * sends it. An ordinary command ends at once for its caller. A blocking one, a
 * {@code BlockedCommand}, is ended by the server, because its connection is of no use
 * until then: {@code CommandWriter} sees it being written, and a {@code SideConnection}
 * asks the server to unblock it. {@code JedisFactories} lets the client of each Jedis
 * connection factory create a {@code ScopedConnection} for each connection.
 */
@NullMarked
package io.cancelscope.spring.redis;

import org.jspecify.annotations.NullMarked;
