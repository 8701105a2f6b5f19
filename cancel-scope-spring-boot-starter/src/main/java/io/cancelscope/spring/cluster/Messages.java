package io.cancelscope.spring.cluster;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.cancelscope.LogText;
import io.cancelscope.spring.BudgetCommand;
import io.cancelscope.spring.CancelScopeProperties.Mode;
import io.cancelscope.spring.ScopeCommands;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads messages, and trusts nothing that it reads. A message is
 *
 * <pre>
 *  2 bytes   'C', 'S'
 *  1 byte    version
 *  1 byte    type
 *  8 bytes   group
 *  8 bytes   number of the node
 * 16 bytes   number of the command
 *  8 bytes   time
 *  text      name of the node
 *  fields of the type
 * 32 bytes   HMAC-SHA256 of all bytes before
 * </pre>
 *
 * A text is its length in two bytes, 65535 for null, and then UTF-8. What comes in is
 * first compared with what costs least: the size, the first bytes, the group. Nothing
 * else is read before the signature and the time are right. Immutable.
 */
final class Messages {

	/** PostgreSQL takes less than 8,000 bytes, in which this has room as Base64. */
	static final int MOST_BYTES = 5_000;

	static final byte VERSION = 1;

	private static final int SIGNATURE = 32;

	private static final int HEADER = 44;

	private static final int TYPE_AT = 3;

	private static final int GROUP_AT = 4;

	private static final int NO_TEXT = 0xFFFF;

	private static final int BYTES_PER_CHARACTER = 3;

	private static final int LONGEST_NODE = 100;

	/** With the ellipsis of one that is cut. */
	private static final int LONGEST_NAME = LogText.MAX_LENGTH + 1;

	private static final int NO_MODE = -1;

	private static final int LONGEST_ID = 40;

	private static final int LONGEST_SHOWN = 200;

	/** What a listed scope takes at most. */
	private static final int MOST_OF_SCOPE = 2 * (LONGEST_SHOWN * BYTES_PER_CHARACTER) + LONGEST_ID + 30;

	private static final int MOST_PARTS = 1_000;

	private static final String ALGORITHM = "HmacSHA256";

	private final SecretKeySpec key;

	private final long group;

	private final long windowMillis;

	Messages(String secret, String group, Duration window) {
		this.key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
		this.group = hash(group);
		this.windowMillis = window.toMillis();
	}

	private static long hash(String group) {
		try {
			byte[] hash = MessageDigest.getInstance("SHA-256").digest(group.getBytes(StandardCharsets.UTF_8));
			return ByteBuffer.wrap(hash).getLong();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex); // every JDK has it
		}
	}

	// Writing

	byte[] write(Message message) {
		ByteBuffer out = ByteBuffer.allocate(MOST_BYTES);
		Message.Origin origin = message.origin();
		out.put((byte) 'C').put((byte) 'S').put(VERSION).put((byte) typeOf(message).ordinal());
		out.putLong(this.group).putLong(origin.node());
		out.putLong(origin.command().getMostSignificantBits()).putLong(origin.command().getLeastSignificantBits());
		out.putLong(origin.time());
		put(out, origin.name(), LONGEST_NODE);
		if (message instanceof Message.Cancel cancel) {
			CancelRequest request = cancel.request();
			out.put((byte) request.by().ordinal());
			put(out, request.value(), CancelRequest.LONGEST_VALUE);
			put(out, request.reason(), CancelRequest.LONGEST_TEXT + 1);
			put(out, request.who(), CancelRequest.LONGEST_TEXT + 1);
		}
		else if (message instanceof Message.Done done) {
			out.putInt(done.counts().cancelled()).putInt(done.counts().already()).putInt(done.counts().refused());
		}
		else if (message instanceof Message.ListOpen list) {
			out.putInt(list.limit());
		}
		else if (message instanceof Message.Listed listed) {
			out.putInt(listed.total()).putInt(listed.part()).putInt(listed.parts());
			out.putShort((short) listed.scopes().size());
			listed.scopes().forEach((scope) -> put(out, scope));
		}
		else if (message instanceof Message.Change change) {
			BudgetCommand budget = change.budget();
			put(out, budget.name(), LONGEST_NAME);
			out.putLong(nanos(budget.timeout()));
			out.put((byte) ((budget.mode() != null) ? budget.mode().ordinal() : NO_MODE));
			out.putLong(nanos(budget.duration()));
			put(out, budget.who(), BudgetCommand.LONGEST_WHO + 1);
		}
		byte[] signature = sign(out.array(), out.position());
		return Arrays.copyOf(out.put(signature).array(), out.position());
	}

	private static Type typeOf(Message message) {
		return (message instanceof Message.Cancel) ? Type.CANCEL
				: (message instanceof Message.Done) ? Type.DONE : (message instanceof Message.ListOpen) ? Type.LIST_OPEN
						: (message instanceof Message.Change) ? Type.CHANGE : Type.LISTED;
	}

	/** No budget is as long as what does not fit. */
	private static long nanos(@Nullable Duration duration) {
		return (duration != null) ? duration.toNanos() : -1;
	}

	private static void put(ByteBuffer out, @Nullable String text, int longest) {
		if (text == null) {
			out.putShort((short) NO_TEXT);
			return;
		}
		byte[] bytes = cut(text, longest).getBytes(StandardCharsets.UTF_8);
		out.putShort((short) bytes.length).put(bytes);
	}

	private static String cut(String text, int longest) {
		return (text.length() <= longest) ? text : text.substring(0, longest);
	}

	private static void put(ByteBuffer out, ScopeCommands.Scope scope) {
		put(out, scope.id(), LONGEST_ID);
		put(out, scope.name(), LONGEST_SHOWN);
		put(out, scope.key(), LONGEST_SHOWN);
		out.putLong(millis(scope.elapsed())).putLong(millis(scope.remaining()));
		out.put((byte) (scope.cancelled() ? 1 : 0));
	}

	private static long millis(@Nullable Duration duration) {
		return (duration != null) ? Math.min(duration.toDays(), 36_500) * 86_400_000L + duration.toMillisPart()
				+ (duration.toSeconds() % 86_400) * 1_000L : -1;
	}

	/** Divides scopes among messages that are not too large. */
	static List<List<ScopeCommands.Scope>> parts(List<ScopeCommands.Scope> scopes) {
		List<List<ScopeCommands.Scope>> parts = new ArrayList<>();
		List<ScopeCommands.Scope> part = new ArrayList<>();
		ByteBuffer size = ByteBuffer.allocate(MOST_BYTES);
		int most = MOST_BYTES - HEADER - SIGNATURE - LONGEST_NODE * BYTES_PER_CHARACTER - 20 - MOST_OF_SCOPE;
		for (ScopeCommands.Scope scope : scopes) {
			put(size, scope);
			part.add(scope);
			if (size.position() > most) {
				parts.add(part);
				part = new ArrayList<>();
				size.clear();
			}
		}
		if (!part.isEmpty() || parts.isEmpty()) {
			parts.add(part);
		}
		return parts;
	}

	// Reading

	/**
	 * Reads a message.
	 * @param now the time, in milliseconds since 1970
	 * @throws RefusedMessageException if it is not to be believed or understood
	 */
	Message read(byte[] message, long now) {
		if (message.length > MOST_BYTES) {
			throw new RefusedMessageException(Refusal.TOO_LARGE);
		}
		if (message.length < HEADER + SIGNATURE || message[0] != 'C' || message[1] != 'S' || message[2] != VERSION) {
			throw new RefusedMessageException(Refusal.UNKNOWN);
		}
		ByteBuffer in = ByteBuffer.wrap(message, 0, message.length - SIGNATURE);
		if (in.getLong(GROUP_AT) != this.group) {
			throw new RefusedMessageException(null);
		}
		byte[] signature = Arrays.copyOfRange(message, in.limit(), message.length);
		if (!MessageDigest.isEqual(signature, sign(message, in.limit()))) {
			throw new RefusedMessageException(Refusal.WRONG_SIGNATURE);
		}
		try {
			return readSigned(in, now);
		}
		catch (BufferUnderflowException | CharacterCodingException | IllegalArgumentException ex) {
			throw new RefusedMessageException(Refusal.MALFORMED);
		}
	}

	private Message readSigned(ByteBuffer in, long now) throws CharacterCodingException {
		int type = in.get(TYPE_AT);
		in.position(GROUP_AT + Long.BYTES);
		long node = in.getLong();
		UUID command = new UUID(in.getLong(), in.getLong());
		long time = in.getLong();
		// Signed, so neither difference overflows unless a node's clock is absurd.
		if (time > now + this.windowMillis) {
			throw new RefusedMessageException(Refusal.FROM_THE_FUTURE);
		}
		if (time < now - this.windowMillis) {
			throw new RefusedMessageException(Refusal.TOO_OLD);
		}
		Message.Origin origin = new Message.Origin(node, text(in, LONGEST_NODE), command, time);
		if (type < 0 || type >= Type.values().length) {
			throw new RefusedMessageException(Refusal.MALFORMED);
		}
		Message message = switch (Type.values()[type]) {
			case CANCEL -> new Message.Cancel(origin, request(in));
			case DONE -> new Message.Done(origin, new Counts(count(in), count(in), count(in)));
			case LIST_OPEN -> new Message.ListOpen(origin, count(in));
			case LISTED -> listed(origin, in);
			case CHANGE -> new Message.Change(origin, budget(in));
		};
		if (in.hasRemaining()) {
			throw new RefusedMessageException(Refusal.MALFORMED);
		}
		return message;
	}

	private static CancelRequest request(ByteBuffer in) throws CharacterCodingException {
		int by = in.get();
		if (by < 0 || by >= ScopeCommands.By.values().length) {
			throw new RefusedMessageException(Refusal.MALFORMED);
		}
		CancelRequest request = CancelRequest.of(ScopeCommands.By.values()[by], text(in, CancelRequest.LONGEST_VALUE));
		return request.withReason(textOrNull(in, CancelRequest.LONGEST_TEXT + 1))
			.by(textOrNull(in, CancelRequest.LONGEST_TEXT + 1));
	}

	/** What is out of range is refused as the command itself refuses it. */
	private static BudgetCommand budget(ByteBuffer in) throws CharacterCodingException {
		String name = textOrNull(in, LONGEST_NAME);
		Duration timeout = nanos(in.getLong());
		int mode = in.get();
		if (mode < NO_MODE || mode >= Mode.values().length) {
			throw new RefusedMessageException(Refusal.MALFORMED);
		}
		return new BudgetCommand(name, timeout, (mode != NO_MODE) ? Mode.values()[mode] : null, nanos(in.getLong()),
				textOrNull(in, BudgetCommand.LONGEST_WHO + 1));
	}

	private static @Nullable Duration nanos(long nanos) {
		return (nanos >= 0) ? Duration.ofNanos(nanos) : null;
	}

	private static Message listed(Message.Origin origin, ByteBuffer in) throws CharacterCodingException {
		int total = count(in);
		int part = count(in);
		int parts = count(in);
		int size = in.getShort();
		if (part >= parts || parts > MOST_PARTS || size < 0) {
			throw new RefusedMessageException(Refusal.MALFORMED);
		}
		List<ScopeCommands.Scope> scopes = new ArrayList<>();
		for (int i = 0; i < size; i++) {
			scopes.add(new ScopeCommands.Scope(text(in, LONGEST_ID), text(in, LONGEST_SHOWN),
					textOrNull(in, LONGEST_SHOWN), duration(in.getLong()), duration(in.getLong()), in.get() == 1));
		}
		return new Message.Listed(origin, total, part, parts, scopes);
	}

	private static int count(ByteBuffer in) {
		int count = in.getInt();
		if (count < 0) {
			throw new RefusedMessageException(Refusal.MALFORMED);
		}
		return count;
	}

	private static @Nullable Duration duration(long millis) {
		return (millis >= 0) ? Duration.ofMillis(millis) : null;
	}

	private static String text(ByteBuffer in, int longest) throws CharacterCodingException {
		String text = textOrNull(in, longest);
		if (text == null) {
			throw new RefusedMessageException(Refusal.MALFORMED);
		}
		return text;
	}

	/** Nothing is allocated before the length is known to be there. */
	private static @Nullable String textOrNull(ByteBuffer in, int longest) throws CharacterCodingException {
		int length = in.getShort() & NO_TEXT;
		if (length == NO_TEXT) {
			return null;
		}
		if (length > longest * BYTES_PER_CHARACTER || length > in.remaining()) {
			throw new RefusedMessageException(Refusal.MALFORMED);
		}
		ByteBuffer bytes = in.slice().limit(length);
		in.position(in.position() + length);
		// A new decoder reports what is no UTF-8, unlike String's constructor.
		String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
		if (text.length() > longest) {
			throw new RefusedMessageException(Refusal.MALFORMED);
		}
		return text;
	}

	private byte[] sign(byte[] bytes, int length) {
		try {
			Mac mac = Mac.getInstance(ALGORITHM);
			mac.init(this.key);
			mac.update(bytes, 0, length);
			return mac.doFinal();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("Could not sign a message of the cluster: this JDK has no " + ALGORITHM
					+ ". Set cancel-scope.cluster.enabled to false", ex);
		}
	}

	private enum Type {

		CANCEL, DONE, LIST_OPEN, LISTED, CHANGE

	}

}
