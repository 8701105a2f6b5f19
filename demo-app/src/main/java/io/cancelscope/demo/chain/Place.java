package io.cancelscope.demo.chain;

import java.util.Locale;

/**
 * Where something is at work during a run. The first three are services with a process of
 * their own; the third of them makes the query and the call of the peer.
 */
enum Place {

	TRIPS("1  HTTP  GET /trips"),

	PLANS("2  gRPC  Trips.Plan"),

	FARES("3  gRPC  Fares.Find"),

	QUERY("   SQL   select … pg_sleep(2)"),

	PEER("   HTTP  GET /surcharge");

	private final String label;

	Place(String label) {
		this.label = label;
	}

	/** Returns the name for people. */
	String label() {
		return this.label;
	}

	/** Returns the name of the service on the command line and in messages. */
	String id() {
		return name().toLowerCase(Locale.ROOT);
	}

}
