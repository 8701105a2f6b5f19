package io.cancelscope.spring.redis;

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
					"BLPOP", scope);
			scope.cancel("for the test");
			blocked.begin(() -> {
			});

			assertThat(command.isDone()).isFalse();
			assertThat(blocked.writtenBy(null, command).isDone()).as("so the client does not write it").isTrue();
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

		@Override
		public boolean completeExceptionally(Throwable failure) {
			return false;
		}

	}

}
