package io.cancelscope.spring.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.lettuce.core.cluster.SlotHash;
import redis.clients.jedis.Jedis;

/**
 * Several servers: a cluster of two, and a master with a replica and a sentinel. Started
 * once for all tests, and stopped with the JVM.
 */
final class Topology {

	private static final AtomicInteger KEYS = new AtomicInteger();

	private static Topology shared;

	private final List<TestRedis> cluster;

	private final TestRedis master;

	private final TestRedis replica;

	private final TestRedis sentinel;

	private Topology(List<TestRedis> started) {
		this.cluster = TestRedis.startCluster();
		started.addAll(this.cluster);
		this.master = TestRedis.start();
		started.add(this.master);
		this.replica = this.master.startReplica();
		started.add(this.replica);
		this.sentinel = this.master.startSentinel();
		started.add(this.sentinel);
	}

	static synchronized Topology shared() {
		if (shared == null) {
			List<TestRedis> started = new ArrayList<>();
			Runtime.getRuntime().addShutdownHook(new Thread(() -> started.forEach(TestRedis::close)));
			shared = new Topology(started);
		}
		return shared;
	}

	List<TestRedis> cluster() {
		return this.cluster;
	}

	TestRedis master() {
		return this.master;
	}

	TestRedis replica() {
		return this.replica;
	}

	TestRedis sentinel() {
		return this.sentinel;
	}

	/** The server that has the keys of the lower or the upper half of the slots. */
	TestRedis server(String name, int half) {
		return name.startsWith("cluster") ? this.cluster.get(half) : this.master;
	}

	/** A new key of the lower or the upper half of the slots. */
	static String key(int half) {
		while (true) {
			String key = "key-" + KEYS.incrementAndGet();
			if (SlotHash.getSlot(key) / 8192 == half) {
				return key;
			}
		}
	}

	/**
	 * Sends the clients of a key in the lower half of the slots to the other server.
	 * @param how by MOVED, which is for all commands, or by ASK, which is for one
	 * @return undoes that; the key must not exist
	 */
	AutoCloseable redirect(String key, String how) {
		int slot = SlotHash.getSlot(key);
		begin(slot, this.cluster.get(0), this.cluster.get(1));
		if (how.equals("ASK")) {
			return () -> {
				for (TestRedis server : this.cluster) {
					try (Jedis admin = server.admin()) {
						admin.clusterSetSlotStable(slot);
					}
				}
			};
		}
		end(slot, this.cluster.get(0), this.cluster.get(1));
		return () -> {
			begin(slot, this.cluster.get(1), this.cluster.get(0));
			end(slot, this.cluster.get(1), this.cluster.get(0));
		};
	}

	private static void begin(int slot, TestRedis from, TestRedis to) {
		try (Jedis source = from.admin(); Jedis target = to.admin()) {
			target.clusterSetSlotImporting(slot, source.clusterMyId());
			source.clusterSetSlotMigrating(slot, target.clusterMyId());
		}
	}

	private static void end(int slot, TestRedis from, TestRedis to) {
		try (Jedis source = from.admin(); Jedis target = to.admin()) {
			String id = target.clusterMyId();
			target.clusterSetSlotNode(slot, id);
			source.clusterSetSlotNode(slot, id);
		}
	}

}
