package io.cancelscope.spring.cluster;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.cancelscope.spring.BudgetCommand;
import io.cancelscope.spring.CancelScopeProperties.Mode;
import io.cancelscope.spring.ScopeCommands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What nodes send to each other, and what others may send to them.
 */
class MessagesTests {

	private static final String SECRET = "0123456789abcdef0123456789abcdef";

	private static final long NOW = 1_790_000_000_000L;

	private static final Duration WINDOW = Duration.ofSeconds(30);

	private static final int SIGNATURE = 32;

	private final Messages messages = new Messages(SECRET, "shop", WINDOW);

	@ParameterizedTest
	@MethodSource("kinds")
	void everyKindIsReadAsItWasWritten(Message message) {
		byte[] bytes = this.messages.write(message);

		assertThat(this.messages.read(bytes, NOW)).usingRecursiveComparison().isEqualTo(message);
		assertThat(bytes).hasSizeLessThan(Messages.MOST_BYTES);
	}

	static List<Message> kinds() {
		return List.of(cancel(CancelRequest.byKey("order-42")),
				cancel(CancelRequest.byName("ImportService.run").withReason("wrong file").by("ada")),
				cancel(CancelRequest.byTrace("4bf92f3577b34da6").withReason("größer ≥ 🙂")),
				cancel(CancelRequest.byId("0f6e2c4a-9d1b-4c8e-b7a3-000000000001")),
				cancel(CancelRequest.byKey("\u4e00".repeat(500))
					.withReason("\u4e00".repeat(300))
					.by("\u4e00".repeat(300))),
				new Message.Done(origin(), new Counts(1, 2, Integer.MAX_VALUE)), new Message.ListOpen(origin(), 200),
				new Message.Change(origin(),
						BudgetCommand.change("import", Duration.ofMillis(800), Mode.OBSERVE, Duration.ofMinutes(10),
								"ada")),
				new Message.Change(origin(),
						BudgetCommand.change("\u4e00".repeat(600), null, Mode.ENFORCE, null, "\u4e00".repeat(300))),
				new Message.Change(origin(),
						BudgetCommand.change(null, BudgetCommand.LONGEST, null, BudgetCommand.LONGEST, null)),
				new Message.Change(origin(), BudgetCommand.reset(null, null)),
				new Message.Listed(origin(), 3, 0, 2,
						List.of(new ScopeCommands.Scope("id", "name", "key", Duration.ofMillis(1), Duration.ZERO, true),
								new ScopeCommands.Scope("id", "name", null, null, null, false))));
	}

	@Test
	void listIsDividedIntoMessagesThatAreNotTooLarge() {
		List<ScopeCommands.Scope> scopes = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			scopes.add(new ScopeCommands.Scope(UUID.randomUUID().toString(), "\u4e00".repeat(500), "k".repeat(200),
					Duration.ofDays(10_000_000), Duration.ofSeconds(i), false));
		}

		List<List<ScopeCommands.Scope>> parts = Messages.parts(scopes);

		assertThat(parts.stream().mapToInt(List::size).sum()).isEqualTo(300);
		for (int part = 0; part < parts.size(); part++) {
			byte[] bytes = this.messages.write(new Message.Listed(origin(), 300, part, parts.size(), parts.get(part)));
			assertThat(((Message.Listed) this.messages.read(bytes, NOW)).scopes()).hasSameSizeAs(parts.get(part));
		}
		assertThat(Messages.parts(List.of())).containsExactly(List.of());
	}

	@Test
	void everyChangedByteIsNoticed() {
		byte[] message = this.messages.write(cancel(CancelRequest.byKey("order-42").by("ada")));
		for (int at = 0; at < message.length; at++) {
			byte[] changed = message.clone();
			changed[at] ^= 1;

			assertThat(refusalOf(changed)).as("byte %d", at)
				.isEqualTo((at < 3) ? Refusal.UNKNOWN : (at >= 4 && at < 12) ? null : Refusal.WRONG_SIGNATURE);
		}
		for (int length = 0; length < message.length; length++) {
			assertThat(refusalOf(Arrays.copyOf(message, length))).isIn(Refusal.UNKNOWN, Refusal.WRONG_SIGNATURE);
		}
		assertThat(refusalOf(Arrays.copyOf(message, message.length + 1))).isEqualTo(Refusal.WRONG_SIGNATURE);
	}

	@Test
	void junkIsRefused() {
		Random random = new Random(42);
		for (int i = 0; i < 1_000; i++) {
			byte[] junk = new byte[random.nextInt(300)];
			random.nextBytes(junk);

			assertThat(refusalOf(junk)).isEqualTo(Refusal.UNKNOWN);
		}
		assertThat(refusalOf(new byte[1_000_000])).isEqualTo(Refusal.TOO_LARGE);
		assertThat(refusalOf(new byte[Messages.MOST_BYTES + 1])).isEqualTo(Refusal.TOO_LARGE);
	}

	@Test
	void otherSecretIsRefusedAndOtherGroupIsNobodysBusiness() {
		Message message = cancel(CancelRequest.byKey("order-42"));

		assertThat(refusalOf(new Messages(SECRET + "!", "shop", WINDOW).write(message)))
			.isEqualTo(Refusal.WRONG_SIGNATURE);
		assertThat(catchThrowableOfType(RefusedMessageException.class,
				() -> this.messages.read(new Messages(SECRET, "desk", WINDOW).write(message), NOW)))
			.isNotNull()
			.extracting(RefusedMessageException::refusal)
			.isNull();
	}

	@Test
	void onlyWhatWasSentAboutNowIsBelieved() {
		byte[] message = this.messages.write(cancel(CancelRequest.byKey("order-42")));
		long window = WINDOW.toMillis();

		assertThat(this.messages.read(message, NOW + window)).isNotNull();
		assertThat(this.messages.read(message, NOW - window)).isNotNull();
		assertThat(refusalOf(message, NOW + window + 1)).isEqualTo(Refusal.TOO_OLD);
		assertThat(refusalOf(message, NOW - window - 1)).isEqualTo(Refusal.FROM_THE_FUTURE);
	}

	/** As a node that was taken over may send it. */
	@Test
	void signedNonsenseIsRefused() throws Exception {
		byte[] message = this.messages.write(cancel(CancelRequest.byKey("order-42")));
		byte[] body = Arrays.copyOf(message, message.length - SIGNATURE);
		int texts = 44;
		int by = texts + 2 + "node".length();

		assertThat(this.messages.read(signed(body), NOW)).isNotNull();
		for (int length = texts; length < body.length; length++) {
			assertThat(refusalOf(signed(Arrays.copyOf(body, length)))).as("%d bytes", length)
				.isEqualTo(Refusal.MALFORMED);
		}
		assertThat(refusalOf(signed(Arrays.copyOf(body, body.length + 1)))).isEqualTo(Refusal.MALFORMED);
		assertThat(refusalOf(signed(with(body, 3, 9)))).isEqualTo(Refusal.MALFORMED);
		assertThat(refusalOf(signed(with(body, 3, -1)))).isEqualTo(Refusal.MALFORMED);
		assertThat(refusalOf(signed(with(body, by, 9)))).isEqualTo(Refusal.MALFORMED);
		assertThat(refusalOf(signed(with(body, texts, 0x7F)))).isEqualTo(Refusal.MALFORMED);
		assertThat(refusalOf(signed(with(body, by + 3, 0xC3)))).as("no UTF-8").isEqualTo(Refusal.MALFORMED);
		byte[] blank = this.messages.write(cancel(CancelRequest.byKey("a")));
		byte[] blankBody = Arrays.copyOf(blank, blank.length - SIGNATURE);
		assertThat(refusalOf(signed(with(blankBody, by + 3, ' ')))).isEqualTo(Refusal.MALFORMED);
	}

	@Test
	void signedNonsenseAboutBudgetsIsRefused() throws Exception {
		byte[] message = this.messages.write(new Message.Change(origin(),
				BudgetCommand.change("quotes", Duration.ofMillis(800), Mode.OBSERVE, Duration.ofMinutes(10), null)));
		byte[] body = Arrays.copyOf(message, message.length - SIGNATURE);
		int timeout = 44 + 2 + "node".length() + 2 + "quotes".length();
		int mode = timeout + Long.BYTES;

		assertThat(this.messages.read(signed(body), NOW)).isInstanceOf(Message.Change.class);
		for (int length = 44; length < body.length; length++) {
			assertThat(refusalOf(signed(Arrays.copyOf(body, length)))).as("%d bytes", length)
				.isEqualTo(Refusal.MALFORMED);
		}
		assertThat(refusalOf(signed(with(body, mode, 2)))).isEqualTo(Refusal.MALFORMED);
		assertThat(refusalOf(signed(with(body, mode, -2)))).isEqualTo(Refusal.MALFORMED);
		assertThat(refusalOf(signed(with(body, timeout, 0x7F)))).as("three hundred years").isEqualTo(Refusal.MALFORMED);
		byte[] never = body.clone();
		Arrays.fill(never, timeout, mode, (byte) 0);
		assertThat(refusalOf(signed(never))).as("a budget of nothing").isEqualTo(Refusal.MALFORMED);
	}

	@Test
	void whatIsSignedAndDangerousToLogIsCleaned() throws Exception {
		byte[] message = this.messages.write(cancel(CancelRequest.byKey("a").withReason("one").by("ada")));
		int reason = message.length - SIGNATURE - "ada".length() - 2 - "one".length() + 1;
		byte[] body = with(Arrays.copyOf(message, message.length - SIGNATURE), reason, '\n');

		CancelRequest request = ((Message.Cancel) this.messages.read(signed(body), NOW)).request();

		assertThat(request.message()).doesNotContain("\n").startsWith("cancelled by 'ada': ");
	}

	private static byte[] with(byte[] body, int at, int value) {
		byte[] changed = body.clone();
		changed[at] = (byte) value;
		return changed;
	}

	private static byte[] signed(byte[] body) throws Exception {
		Mac mac = Mac.getInstance("HmacSHA256");
		mac.init(new SecretKeySpec(SECRET.getBytes(), "HmacSHA256"));
		return ByteBuffer.allocate(body.length + SIGNATURE).put(body).put(mac.doFinal(body)).array();
	}

	private Refusal refusalOf(byte[] message) {
		return refusalOf(message, NOW);
	}

	private Refusal refusalOf(byte[] message, long now) {
		RefusedMessageException refused = catchThrowableOfType(RefusedMessageException.class,
				() -> this.messages.read(message, now));
		assertThat(refused).isNotNull();
		return refused.refusal();
	}

	private static Message cancel(CancelRequest request) {
		return new Message.Cancel(origin(), request);
	}

	private static Message.Origin origin() {
		return new Message.Origin(7, "node", new UUID(1, 2), NOW);
	}

}
