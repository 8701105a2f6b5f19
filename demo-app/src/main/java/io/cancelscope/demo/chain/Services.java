package io.cancelscope.demo.chain;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The three services, each in a process of its own, and the address of the first.
 */
final class Services implements AutoCloseable {

	/** The first is the one that was started last. */
	private final Deque<ServiceProcess> processes = new ArrayDeque<>();

	private final List<String> options;

	private final Ledger ledger;

	private int port;

	private Services(List<String> options, Ledger ledger) {
		this.options = options;
		this.ledger = ledger;
	}

	/**
	 * Starts them, the last one first, because each needs the address of the next.
	 * @param withScopes whether cancel-scope is enabled
	 * @param database what the third service asks
	 * @param peer what the third service asks, too
	 * @param ledger where their reports go
	 */
	static Services start(boolean withScopes, Database database, Peer peer, Ledger ledger) throws InterruptedException {
		Services services = new Services(List.of(ChainService.databaseOption(database.process()),
				"--spring.config.name=chain", "--cancel-scope.enabled=" + withScopes), ledger);
		try {
			services.start(Place.FARES, "--spring.datasource.url=" + database.url(), "--chain.peer=" + peer.address());
			services.start(Place.PLANS, services.next());
			services.start(Place.TRIPS, services.next());
			return services;
		}
		catch (InterruptedException | RuntimeException ex) {
			services.close();
			throw ex;
		}
	}

	private void start(Place service, String... own) throws InterruptedException {
		List<String> all = new ArrayList<>(this.options);
		all.addAll(List.of(own));
		ServiceProcess process = ServiceProcess.start(service, this.ledger, all);
		this.processes.addFirst(process);
		this.port = process.awaitPort();
	}

	private String next() {
		return "--spring.grpc.client.channel.next.target=static://127.0.0.1:" + this.port;
	}

	/** Returns the port of the first service. */
	int port() {
		return this.port;
	}

	/** Fails unless each service counts nothing at work, beside what it reported. */
	void confirmIdle() throws InterruptedException {
		for (ServiceProcess process : this.processes) {
			process.confirmIdle();
		}
	}

	@Override
	public void close() {
		this.processes.forEach(ServiceProcess::close);
	}

}
