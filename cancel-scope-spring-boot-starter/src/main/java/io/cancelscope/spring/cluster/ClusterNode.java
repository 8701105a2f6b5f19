package io.cancelscope.spring.cluster;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.cancelscope.TimeSource;
import io.cancelscope.spring.AsideThreads;
import io.cancelscope.spring.BudgetChanges;
import io.cancelscope.spring.BudgetCommand;
import io.cancelscope.spring.BudgetCommands;
import io.cancelscope.spring.OneLineLog;
import io.cancelscope.spring.ScopeCommands;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;

/**
 * One node: sends commands to all nodes, executes those of others, and collects answers.
 * <p>
 * What runs where: the transport's thread reads a message and adds an answer to those
 * that are collected. Everything that may block, or is code of the application, runs on
 * threads of this node: authorization, answers, and what depends on a result. Callbacks
 * of scopes run on those of the {@code CancelScopes}.
 * <p>
 * Race: the last answer comes, the time to wait is over, and the node closes. Who removes
 * the command from {@link #pending} completes its future.
 */
final class ClusterNode implements ClusterCancel, ScopeCommands, BudgetCommands, DisposableBean {

	/** So many commands of this node may wait for answers. */
	static final int MOST_PENDING = 1_000;

	/** So many commands may be executed, or wait for a thread. */
	static final int MOST_RUNNING = 1_000;

	static final int HIGHEST_LIMIT = 1_000;

	private static final OneLineLog logger = OneLineLog.of(ClusterNode.class);

	private final CancelScopeClusterProperties properties;

	private final LocalScopes local;

	private final TimeSource time;

	private final LongSupplier clock;

	private final long id = new SecureRandom().nextLong();

	private final String name;

	/** Null where the cluster is off. */
	private final @Nullable Messages messages;

	private final SeenCommands seen;

	private final RateLimit broad;

	private final Refusals refusals = new Refusals();

	private final Map<UUID, Pending> pending = new ConcurrentHashMap<>();

	private final AtomicInteger running = new AtomicInteger();

	private final Executor threads = AsideThreads.create("cancel-scope-cluster-");

	/** Of two changes that a person makes, the second is to be in force. */
	private final Executor changing = new InOrder(this.threads);

	private final BudgetPermission permission;

	/** Returns null where the budgets of this node can't be changed. */
	private final Supplier<@Nullable BudgetChanges> changes;

	private volatile @Nullable CancelTransport transport;

	private volatile boolean closed;

	ClusterNode(CancelScopeClusterProperties properties, String application, LocalScopes local,
			BudgetPermission permission, Supplier<@Nullable BudgetChanges> changes, TimeSource time,
			LongSupplier clock) {
		this.properties = properties;
		this.local = local;
		this.permission = permission;
		this.changes = changes;
		this.time = time;
		this.clock = clock;
		String group = (properties.group() != null) ? properties.group() : application;
		this.name = (properties.node() != null) ? properties.node() : group + "-" + Integer.toHexString((int) this.id);
		String secret = properties.secret();
		this.messages = (properties.enabled() && secret != null) ? new Messages(secret, group, properties.window())
				: null;
		this.seen = new SeenCommands(properties.window());
		this.broad = new RateLimit(properties.broadPerMinute(), time.nanoTime());
	}

	/** Begins to receive. */
	void connect(CancelTransport transport) {
		this.transport = transport;
		transport.subscribe(this::receive);
	}

	// Commands of this node

	@Override
	public CompletableFuture<ClusterResult> cancel(CancelRequest request) {
		UUID command = UUID.randomUUID();
		Pending pending = new Pending(command);
		CompletableFuture<ClusterResult> future = new CompletableFuture<>();
		pending.end = () -> future.complete(pending.answers.result(pending.cluster()));
		pending.fail = future::completeExceptionally;
		if (!this.local.canFind(request.by())) {
			future.completeExceptionally(
					new IllegalStateException("Cannot find scopes by " + request.by().name().toLowerCase(Locale.ROOT)
							+ ": open scopes are not tracked on this node. Set cancel-scope.cluster.enabled and"
							+ " cancel-scope.cluster.track-open to true, or expose the endpoint 'cancelscopes'."));
		}
		else if (request.isBroad() && !this.broad.tryTake(this.time.nanoTime())) {
			future
				.completeExceptionally(new IllegalStateException("Too many requests by name or by trace id: more than "
						+ this.properties.broadPerMinute() + " in a minute (cancel-scope.cluster.broad-per-minute)."
						+ " Cancel by key, or repeat the request later."));
		}
		else {
			start(pending, request.waiting(), (origin) -> new Message.Cancel(origin, request), () -> {
				Counts counts = this.local.cancel(request, command, this.name);
				pending.answers.add(this.id, counts);
				if (counts.hasFound() && this.properties.tombstones() != null) {
					// So that the other nodes remove their tombstones.
					publish(new Message.Done(origin(command), counts));
				}
			});
		}
		return future;
	}

	@Override
	public CompletableFuture<Answer> cancel(By by, String value, @Nullable String reason, @Nullable String who,
			@Nullable Duration wait) {
		CancelRequest request;
		try {
			request = CancelRequest.of(by, value).withReason(reason).by(who).withWait(wait);
		}
		catch (IllegalArgumentException ex) {
			return CompletableFuture.failedFuture(ex);
		}
		return cancel(request).thenApply((result) -> new Answer(result.nodes(), result.cancelled(), result.already(),
				result.refused(), word(result.cluster())));
	}

	@Override
	public CompletableFuture<Listing> list(int limit, @Nullable Duration wait) {
		int most = Math.max(1, Math.min(limit, HIGHEST_LIMIT));
		if (wait != null) {
			try {
				CancelScopeClusterProperties.checkWait(wait);
			}
			catch (IllegalArgumentException ex) {
				return CompletableFuture.failedFuture(ex);
			}
		}
		CompletableFuture<Listing> future = new CompletableFuture<>();
		Pending pending = new Pending(UUID.randomUUID());
		pending.end = () -> future.complete(new Listing(pending.answers.nodes(), word(pending.cluster())));
		pending.fail = future::completeExceptionally;
		start(pending, wait, (origin) -> new Message.ListOpen(origin, most), () -> {
			Node node = this.local.list(this.name, most);
			pending.answers.add(this.id, node.node(), node.total(), 0, 1, node.scopes());
		});
		return future;
	}

	@Override
	public Sent send(BudgetCommand command) {
		if (this.messages == null) {
			return Sent.OFF;
		}
		return publish(new Message.Change(origin(UUID.randomUUID()), command)) ? Sent.SENT : Sent.FAILED;
	}

	private static String word(ClusterResult.Cluster cluster) {
		return cluster.name().toLowerCase(Locale.ROOT);
	}

	private void start(Pending pending, @Nullable Duration asked, Function<Message.Origin, Message> message,
			Runnable here) {
		Duration wait = (asked != null) ? asked : this.properties.waitFor();
		pending.waits = !wait.isZero();
		if (!mayRun(pending)) {
			return;
		}
		// Order: first counted, so that a node that closes meanwhile finds it.
		this.pending.put(pending.command, pending);
		if (this.closed) {
			this.running.decrementAndGet();
			end(pending);
			return;
		}
		if (pending.waits && this.messages != null) {
			Runnable timer = this.time.schedule(() -> this.threads.execute(() -> end(pending)), wait.toNanos());
			pending.timer = timer;
			if (pending.ended) {
				timer.run();
			}
		}
		this.threads.execute(() -> {
			try {
				send(pending, message);
				here.run();
			}
			catch (RuntimeException | Error ex) {
				pending.end = () -> pending.fail.accept(ex);
				end(pending);
			}
			finally {
				this.running.decrementAndGet();
			}
			// A cluster that is off publishes nothing.
			if (!pending.waits || !pending.answers.wasPublished() || pending.answers.isComplete()) {
				end(pending);
			}
		});
	}

	private boolean mayRun(Pending pending) {
		SeenCommands.Verdict verdict = (this.messages == null) ? SeenCommands.Verdict.NEW
				: this.seen.add(pending.command, this.time.nanoTime());
		if (verdict == SeenCommands.Verdict.NEW && this.pending.size() < MOST_PENDING) {
			if (this.running.incrementAndGet() <= MOST_RUNNING) {
				return true;
			}
			this.running.decrementAndGet();
		}
		pending.fail.accept(new IllegalStateException("Too many requests to cancel are being executed: more than "
				+ MOST_PENDING + ". Repeat the request later."));
		return false;
	}

	/** To all nodes; scopes of this one are cancelled whether or not that succeeds. */
	private void send(Pending pending, Function<Message.Origin, Message> message) {
		if (this.messages != null && publish(message.apply(origin(pending.command)))) {
			pending.answers.published();
		}
	}

	private boolean publish(Message message) {
		CancelTransport transport = this.transport;
		Messages messages = this.messages;
		if (transport == null || messages == null || this.closed) {
			return false;
		}
		try {
			transport.publish(messages.write(message));
			return true;
		}
		catch (RuntimeException ex) {
			logger.debug("Could not publish a message of the cluster", ex);
			return false;
		}
	}

	private Message.Origin origin(UUID command) {
		return new Message.Origin(this.id, this.name, command, this.clock.getAsLong());
	}

	private void end(Pending pending) {
		if (this.pending.remove(pending.command, pending)) {
			pending.ended = true;
			Runnable timer = pending.timer;
			if (timer != null) {
				timer.run();
			}
			pending.end.run();
		}
	}

	private boolean isConnected() {
		CancelTransport transport = this.transport;
		try {
			return transport != null && transport.isConnected();
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	// Messages of all nodes

	/** On a thread of the transport, which this neither blocks nor fails. */
	void receive(byte[] bytes) {
		Messages messages = this.messages;
		if (this.closed || messages == null) {
			return;
		}
		try {
			receive(messages.read(bytes, this.clock.getAsLong()));
		}
		catch (RefusedMessageException ex) {
			Refusal refusal = ex.refusal();
			if (refusal != null) {
				this.refusals.refused(refusal);
			}
		}
		catch (RuntimeException ex) {
			logger.warn("Could not read a message of the cluster. It is ignored", ex);
		}
	}

	private void receive(Message message) {
		Pending pending = this.pending.get(message.origin().command());
		if (message.origin().node() == this.id) {
			if (pending != null) {
				pending.answers.returned();
				endIfComplete(pending);
			}
		}
		else if (message instanceof Message.Done done) {
			if (done.counts().hasFound()) {
				this.local.found(done.origin().command());
			}
			if (pending != null) {
				pending.answers.add(done.origin().node(), done.counts());
				endIfComplete(pending);
			}
		}
		else if (message instanceof Message.Listed listed) {
			if (pending != null) {
				pending.answers.add(listed.origin().node(), listed.origin().name(), listed.total(), listed.part(),
						listed.parts(), listed.scopes());
				endIfComplete(pending);
			}
		}
		else {
			execute(message);
		}
	}

	private void endIfComplete(Pending pending) {
		if (pending.answers.isComplete()) {
			this.threads.execute(() -> end(pending));
		}
	}

	private void execute(Message message) {
		long now = this.time.nanoTime();
		SeenCommands.Verdict verdict = this.seen.add(message.origin().command(), now);
		if (verdict == SeenCommands.Verdict.AGAIN) {
			return;
		}
		if (message instanceof Message.Cancel cancel && cancel.request().isBroad() && !this.broad.tryTake(now)) {
			this.refusals.refused(Refusal.TOO_MANY);
			return;
		}
		if (verdict == SeenCommands.Verdict.NO_ROOM || this.running.incrementAndGet() > MOST_RUNNING) {
			if (verdict != SeenCommands.Verdict.NO_ROOM) {
				this.running.decrementAndGet();
			}
			this.refusals.refused(Refusal.BUSY);
			return;
		}
		((message instanceof Message.Change) ? this.changing : this.threads).execute(() -> {
			try {
				answer(message);
			}
			catch (RuntimeException ex) {
				logger.warn("Could not execute a command of another node. It is not repeated", ex);
			}
			finally {
				this.running.decrementAndGet();
			}
		});
	}

	private void answer(Message message) {
		UUID command = message.origin().command();
		if (message instanceof Message.Cancel cancel) {
			Counts counts = this.local.cancel(cancel.request(), command, message.origin().name());
			publish(new Message.Done(origin(command), counts));
		}
		else if (message instanceof Message.ListOpen list) {
			Node node = this.local.list(this.name, Math.min(list.limit(), HIGHEST_LIMIT));
			List<List<Scope>> parts = Messages.parts(node.scopes());
			for (int part = 0; part < parts.size(); part++) {
				publish(new Message.Listed(origin(command), node.total(), part, parts.size(), parts.get(part)));
			}
		}
		else if (message instanceof Message.Change change) {
			change(change.budget(), message.origin().name());
		}
	}

	private void change(BudgetCommand command, String node) {
		BudgetChanges changes = this.changes.get();
		if (changes == null) {
			this.refusals.refused(Refusal.NOT_CHANGEABLE);
		}
		else if (!this.permission.isAllowed(command)) {
			this.refusals.refused(Refusal.CHANGE_NOT_ALLOWED);
		}
		else {
			changes.received(command, node);
		}
	}

	@Override
	public void destroy() {
		this.closed = true;
		this.pending.values().forEach(this::end);
	}

	Refusals refusals() {
		return this.refusals;
	}

	// For tests

	int running() {
		return this.running.get();
	}

	int pending() {
		return this.pending.size();
	}

	int seen() {
		return this.seen.size(this.time.nanoTime());
	}

	/** A command that waits for answers. */
	private final class Pending {

		private final UUID command;

		private final PendingAnswers answers = new PendingAnswers(ClusterNode.this.id,
				ClusterNode.this.properties.nodes());

		private volatile Runnable end = () -> {
		};

		private Consumer<Throwable> fail = (ex) -> {
		};

		private boolean waits;

		/** Race: it ends while its timer is set. Who comes second cancels the timer. */
		private volatile @Nullable Runnable timer;

		private volatile boolean ended;

		private Pending(UUID command) {
			this.command = command;
		}

		private ClusterResult.Cluster cluster() {
			if (ClusterNode.this.messages == null) {
				return ClusterResult.Cluster.OFF;
			}
			boolean reached = this.answers.wasReached()
					|| (!this.waits && this.answers.wasPublished() && isConnected());
			return reached ? ClusterResult.Cluster.REACHED : ClusterResult.Cluster.UNREACHED;
		}

	}

}
