package io.cancelscope.spring.cluster;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

import io.cancelscope.LogText;
import io.cancelscope.spring.ScopeCommands.By;
import org.jspecify.annotations.Nullable;

/**
 * Request to cancel scopes on all nodes. Immutable.
 *
 * <pre class="code">
 * CancelRequest.byKey("order-42").withReason("wrong file").by("ada")</pre>
 */
public final class CancelRequest {

	/** The longest value by which scopes can be selected, in characters. */
	static final int LONGEST_VALUE = 500;

	/** The longest reason and the longest name of a person, in characters. */
	static final int LONGEST_TEXT = 200;

	private static final int SHOWN = 40;

	private final By by;

	private final String value;

	private final @Nullable String reason;

	private final @Nullable String who;

	private final @Nullable Duration wait;

	private CancelRequest(By by, String value, @Nullable String reason, @Nullable String who, @Nullable Duration wait) {
		this.by = by;
		this.value = value;
		this.reason = reason;
		this.who = who;
		this.wait = wait;
	}

	/**
	 * Returns a request for the scopes with a key.
	 * @param key the key, such as {@code order-42}
	 * @return the request
	 * @throws IllegalArgumentException if the key is blank or has more than 500
	 * characters
	 */
	public static CancelRequest byKey(String key) {
		return of(By.KEY, key);
	}

	/**
	 * Returns a request for the scopes with a name. Nodes limit the number of such
	 * requests.
	 * @param name the name, such as {@code ImportService.run}; not a pattern
	 * @return the request
	 * @throws IllegalArgumentException as {@link #byKey(String)}
	 */
	public static CancelRequest byName(String name) {
		return of(By.NAME, name);
	}

	/**
	 * Returns a request for the scopes that were opened in a trace. Nodes limit the
	 * number of such requests.
	 * @param trace the trace id
	 * @return the request
	 * @throws IllegalArgumentException as {@link #byKey(String)}
	 */
	public static CancelRequest byTrace(String trace) {
		return of(By.TRACE, trace);
	}

	/**
	 * Returns a request for the scope with an id, as shown by the endpoint
	 * {@code cancelscopes}.
	 * @param id the id
	 * @return the request
	 * @throws IllegalArgumentException as {@link #byKey(String)}
	 */
	public static CancelRequest byId(String id) {
		return of(By.ID, id);
	}

	static CancelRequest of(By by, String value) {
		Objects.requireNonNull(value, "value");
		String what = by.name().toLowerCase(Locale.ROOT);
		if (value.isBlank()) {
			throw new IllegalArgumentException("The " + what + " of a request to cancel must not be blank, but was '"
					+ LogText.of(value, SHOWN) + "'. Give the " + what + " of the scope.");
		}
		if (value.length() > LONGEST_VALUE) {
			throw new IllegalArgumentException("The " + what + " of a request to cancel must have at most "
					+ LONGEST_VALUE + " characters, but has " + value.length() + ": '" + LogText.of(value, SHOWN)
					+ "'. Give the " + what + " of the scope.");
		}
		return new CancelRequest(by, value, null, null, null);
	}

	/**
	 * Returns this request with a reason. Characters that are unsafe in a log line are
	 * replaced, and a text of more than 200 characters is truncated.
	 * @param reason the human-readable reason, or {@code null}
	 * @return the new request
	 */
	public CancelRequest withReason(@Nullable String reason) {
		return new CancelRequest(this.by, this.value, clean(reason), this.who, this.wait);
	}

	/**
	 * Returns this request with the person who makes it. Determine that from the
	 * authentication, never from a parameter: other nodes believe it. The text is changed
	 * as by {@link #withReason(String)}.
	 * @param who the name of the person, or {@code null}
	 * @return the new request
	 */
	public CancelRequest by(@Nullable String who) {
		return new CancelRequest(this.by, this.value, this.reason, clean(who), this.wait);
	}

	/**
	 * Returns this request with another time to wait for the answers of other nodes.
	 * @param wait the time, or {@code null} for {@code cancel-scope.cluster.wait-for};
	 * zero does not wait; at most one minute
	 * @return the new request
	 * @throws IllegalArgumentException if the time is negative or longer than one minute
	 */
	public CancelRequest withWait(@Nullable Duration wait) {
		if (wait != null) {
			CancelScopeClusterProperties.checkWait(wait);
		}
		return new CancelRequest(this.by, this.value, this.reason, this.who, wait);
	}

	private static @Nullable String clean(@Nullable String text) {
		return (text == null || text.isBlank()) ? null : LogText.of(text.strip(), LONGEST_TEXT);
	}

	By by() {
		return this.by;
	}

	String value() {
		return this.value;
	}

	/**
	 * Returns the reason.
	 * @return the reason, or {@code null}
	 */
	public @Nullable String reason() {
		return this.reason;
	}

	/**
	 * Returns the person who makes the request.
	 * @return the name of the person, or {@code null}
	 */
	public @Nullable String who() {
		return this.who;
	}

	@Nullable Duration waiting() {
		return this.wait;
	}

	/** Whether any number of scopes may be meant, so that the number is limited. */
	boolean isBroad() {
		return this.by == By.NAME || this.by == By.TRACE;
	}

	/** What a scope and its exceptions say about it. */
	String message() {
		return "cancelled by " + ((this.who != null) ? "'" + this.who + "'" : "request")
				+ ((this.reason != null) ? ": " + this.reason : "");
	}

	/** Such as {@code key 'order-42'}. */
	@Override
	public String toString() {
		return this.by.name().toLowerCase(Locale.ROOT) + " '" + LogText.of(this.value) + "'";
	}

}
