package io.cancelscope.spring.grpc;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.grpc.calls.Ask;
import io.cancelscope.grpc.calls.CallsGrpc;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A peer in a process of its own, of grpc-java alone: no class of the library is loaded
 * there. What it sees comes line by line.
 */
final class StockPeer implements AutoCloseable {

	private final Process process;

	private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

	private StockPeer(String... arguments) throws IOException {
		String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto", "-cp",
						classPath, Main.class.getName()));
		command.addAll(List.of(arguments));
		this.process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		Thread reader = new Thread(this::read, "stock peer");
		reader.setDaemon(true);
		reader.start();
	}

	/** A server; its first line is its port. */
	static StockPeer server() throws IOException {
		return new StockPeer("server");
	}

	/**
	 * A client that makes one unary call, and says how it ends.
	 * @param port the port of the server
	 * @param text what to ask for
	 */
	static StockPeer client(int port, String text) throws IOException {
		return new StockPeer("client", "" + port, text);
	}

	private void read() {
		try {
			BufferedReader out = new BufferedReader(
					new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8));
			for (String line = out.readLine(); line != null; line = out.readLine()) {
				this.lines.add(line);
			}
		}
		catch (IOException ex) {
			this.lines.add(ex.toString());
		}
	}

	/** The next thing it has to say. */
	String line() throws InterruptedException {
		String line = this.lines.poll(60, TimeUnit.SECONDS);
		assertThat(line).as("a line of the stock peer").isNotNull();
		return line;
	}

	/** It ends when its input does. */
	@Override
	public void close() {
		this.process.destroyForcibly();
		assertThat(this.process.onExit()).succeedsWithin(Duration.ofSeconds(60));
	}

	/**
	 * What runs in the other process.
	 */
	static final class Main {

		private Main() {
		}

		public static void main(String... args) throws Exception {
			if (args[0].equals("server")) {
				serve();
			}
			else {
				call(Integer.parseInt(args[1]), args[2]);
			}
		}

		private static void serve() throws Exception {
			Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
				.addService(new Calls())
				.build()
				.start();
			say("port " + server.getPort());
			awaitParent();
			server.shutdownNow();
		}

		/** Reads until the parent has closed the stream, or is gone. */
		private static void awaitParent() throws IOException {
			while (System.in.read() >= 0) {
				// It says nothing.
			}
		}

		private static void call(int port, String text) {
			ManagedChannel channel = NettyChannelBuilder
				.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
				.usePlaintext()
				.build();
			try {
				say("answer " + CallsGrpc.newBlockingStub(channel)
					.withDeadlineAfter(1, TimeUnit.MINUTES)
					.unary(Ask.newBuilder().setText(text).build())
					.getText());
			}
			catch (StatusRuntimeException ex) {
				say("status " + ex.getStatus().getCode() + " " + ex.getStatus().getDescription());
			}
			channel.shutdownNow();
		}

		private static void say(String line) {
			System.out.println(line);
			System.out.flush();
		}

		private static final class Calls extends CallsGrpc.CallsImplBase {

			@Override
			public void unary(Ask ask, StreamObserver<Answer> answers) {
				handle(ask, answers);
			}

			@Override
			public void serverStream(Ask ask, StreamObserver<Answer> answers) {
				handle(ask, answers);
			}

			private static void handle(Ask ask, StreamObserver<Answer> answers) {
				((ServerCallStreamObserver<Answer>) answers)
					.setOnCancelHandler(() -> say("cancelled " + ask.getText()));
				Deadline deadline = Context.current().getDeadline();
				say("asked " + ask.getText() + " "
						+ ((deadline != null) ? deadline.timeRemaining(TimeUnit.MILLISECONDS) : "-"));
				if (ask.getText().equals("echo")) {
					answers.onNext(Answer.newBuilder().setText("echo1").build());
					answers.onCompleted();
				}
			}

		}

	}

}
