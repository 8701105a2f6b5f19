package io.cancelscope.spring.web;

import java.io.InputStream;
import java.lang.reflect.Field;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.catalina.Wrapper;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.AbstractProtocol;
import org.apache.tomcat.util.modeler.Registry;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketProcessorBase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Race: Tomcat 11.0 alone, without the library, gives up an asynchronous request that
 * comes to its end, and forgets the next one on the connection:
 *
 * <pre>
 *   look once a second       task              container
 *   time is up: event
 *                            complete
 *                                              answers
 *                                              next request: asynchronous
 *                                              event: takes its processor, does nothing
 *                            complete
 *                                              finds no processor: no answer
 * </pre>
 *
 * If this fails after an update of Tomcat, remove the limitation from
 * docs/reference/web.md.
 */
@Timeout(120)
class TomcatForgetsTests {

	static {
		// As Spring Boot does: who comes second would be warned, in the log of other
		// tests.
		Registry.disableRegistry();
	}

	private final BlockingQueue<AsyncContext> started = new ArrayBlockingQueue<>(10);

	private final BlockingQueue<Runnable> timeouts = new ArrayBlockingQueue<>(10);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final Tomcat tomcat = new Tomcat();

	@TempDir
	private Path directory;

	@AfterEach
	void stop() throws Exception {
		this.tomcat.stop();
		this.tomcat.destroy();
		this.threads.shutdownNow();
	}

	@Test
	void nextRequestIsForgotten() throws Exception {
		try (Socket socket = new Socket("localhost", start())) {
			send(socket);
			AsyncContext first = this.started.take();
			Runnable timeout = this.timeouts.take();
			end(first);
			readAnswer(socket);
			send(socket);
			AsyncContext second = this.started.take();

			// Waits for the lock of the connection until the container has left it.
			timeout.run();
			end(second);

			socket.setSoTimeout(2000);
			assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> readAnswer(socket));
		}
	}

	@Test
	void nextRequestIsAnsweredWhenTheTimeoutIsNotLate() throws Exception {
		try (Socket socket = new Socket("localhost", start())) {
			send(socket);
			AsyncContext first = this.started.take();
			Runnable timeout = this.timeouts.take();
			end(first);
			readAnswer(socket);
			timeout.run();
			send(socket);

			end(this.started.take());

			readAnswer(socket);
		}
	}

	private int start() throws Exception {
		this.tomcat.setBaseDir(this.directory.toString());
		this.tomcat.setPort(0);
		Wrapper servlet = Tomcat.addServlet(this.tomcat.addContext("", null), "tasks", new Tasks(this.started));
		servlet.setAsyncSupported(true);
		servlet.addMapping("/");
		((AbstractProtocol<?>) this.tomcat.getConnector().getProtocolHandler()).setExecutor(this::execute);
		this.tomcat.start();
		return this.tomcat.getConnector().getLocalPort();
	}

	private void execute(Runnable task) {
		SocketEvent event = (task instanceof SocketProcessorBase<?> processor) ? event(processor) : null;
		if (event == SocketEvent.TIMEOUT) {
			this.timeouts.add(task);
			return;
		}
		this.threads.execute(task);
	}

	private static SocketEvent event(SocketProcessorBase<?> processor) {
		try {
			Field field = SocketProcessorBase.class.getDeclaredField("event");
			field.setAccessible(true);
			return (SocketEvent) field.get(processor);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void send(Socket socket) throws Exception {
		socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
	}

	private static void end(AsyncContext context) throws Exception {
		context.getResponse().getOutputStream().print("answer");
		context.complete();
	}

	private static void readAnswer(Socket socket) throws Exception {
		InputStream in = socket.getInputStream();
		StringBuilder text = new StringBuilder();
		while (text.indexOf("answer") < 0) {
			int next = in.read();
			assertThat(next).as(text.toString()).isNotNegative();
			text.append((char) next);
		}
		assertThat(text).startsWith("HTTP/1.1 200");
	}

	/** Only the first request has a timeout, and it is over by the first look. */
	@SuppressWarnings("serial")
	private static final class Tasks extends HttpServlet {

		private final transient BlockingQueue<AsyncContext> started;

		private final AtomicInteger count = new AtomicInteger();

		private Tasks(BlockingQueue<AsyncContext> started) {
			this.started = started;
		}

		@Override
		protected void doGet(HttpServletRequest request, HttpServletResponse response) {
			AsyncContext context = request.startAsync();
			context.setTimeout(this.count.getAndIncrement() == 0 ? 1 : 0);
			this.started.add(context);
		}

	}

}
