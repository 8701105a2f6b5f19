package io.cancelscope.spring.redis;

import java.util.concurrent.atomic.AtomicBoolean;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.KeyValueOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is written of a command that is stopped at that moment.
 */
@Timeout(60)
class BlockedCommandTests {

	/** Another thread ends the command, and is between the two steps of that. */
	@Test
	void commandThatIsBeingEndedIsNotWritten() {
		RedisClient client = RedisClient.create();
		try (OpenScope scope = CancelScopes.create().open(ScopeOptions.named("mine"))) {
			HalfEnded command = new HalfEnded();
			BlockedCommand blocked = new BlockedCommand(LettuceCommands.listenTo(client, TestClients.PATIENT), command,
					"BLPOP", scope, false);
			scope.cancel("for the test");
			AtomicBoolean ended = new AtomicBoolean();
			blocked.begin(() -> ended.set(true));

			assertThat(command.isDone()).isFalse();
			assertThat(ended).as("so it is known when it is written").isFalse();
			assertThat(blocked.writtenBy(null, command).isDone()).as("so the client does not write it").isTrue();
			command.end();
			assertThat(ended).isTrue();
		}
		finally {
			client.shutdown();
		}
	}

	private static final class HalfEnded extends AsyncCommand<String, String, Object> {

		@SuppressWarnings("unchecked")
		private HalfEnded() {
			super((Command<String, String, Object>) (Command<?, ?, ?>) new Command<>(CommandType.BLPOP,
					new KeyValueOutput<>(StringCodec.UTF8), new CommandArgs<>(StringCodec.UTF8).addKey("list").add(0)));
		}

		private void end() {
			super.completeExceptionally(new IllegalStateException("for the test"));
		}

		@Override
		public boolean completeExceptionally(Throwable failure) {
			return false;
		}

	}

}
