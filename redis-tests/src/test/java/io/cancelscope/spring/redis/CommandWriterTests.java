package io.cancelscope.spring.redis;

import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.RedisClient;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mockito.ArgumentCaptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

/**
 * Commands that are written as soon as a connection is there.
 */
@Timeout(60)
class CommandWriterTests {

	/** The thread of another connection, which is established at once, is first. */
	@Test
	void commandIsSeenThoughAnotherThreadHasFoundTheChannel() throws Exception {
		RedisClient client = RedisClient.create();
		LettuceCommands commands = LettuceCommands.listenTo(client, TestClients.PATIENT);
		EventLoopGroup threads = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
		try {
			LocalChannel channel = new LocalChannel();
			threads.register(channel).sync();
			CommandHandler handler = mock();
			given(handler.getStack()).willReturn(new ArrayDeque<>());
			channel.pipeline().addLast(handler);
			CountDownLatch establishing = new CountDownLatch(1);
			CountDownLatch found = new CountDownLatch(1);
			Command<String, String, String> exec = new Command<>(CommandType.EXEC, null);
			exec.cancel();
			Future<?> established = channel.eventLoop().submit(() -> {
				establishing.countDown();
				assertThat(found.await(30, TimeUnit.SECONDS)).isTrue();
				CommandWriter.addTo(channel, commands);
				channel.pipeline().write(exec);
				return null;
			});
			assertThat(establishing.await(30, TimeUnit.SECONDS)).isTrue();
			CommandWriter.addTo(channel, commands);
			found.countDown();
			established.get(30, TimeUnit.SECONDS);

			ArgumentCaptor<Object> written = ArgumentCaptor.captor();
			verify(handler).write(any(), written.capture(), any());
			assertThat(((RedisCommand<?, ?, ?>) written.getValue()).getType())
				.as("what is sent instead, if the caller has left")
				.isEqualTo(CommandType.DISCARD);
		}
		finally {
			threads.shutdownGracefully(0, 5, TimeUnit.SECONDS);
			client.shutdown(0, 5, TimeUnit.SECONDS);
		}
	}

}
