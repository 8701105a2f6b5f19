package io.cancelscope.spring.grpc;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import io.cancelscope.grpc.calls.Ask;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;

/**
 * A client that writes the frames of HTTP/2 by hand, and so can send what no library of
 * gRPC does.
 */
final class RawGrpcClient implements AutoCloseable {

	private static final int DATA = 0;

	private static final int HEADERS = 1;

	private static final int RST_STREAM = 3;

	private static final int SETTINGS = 4;

	private static final int PING = 6;

	private static final int ACK = 1;

	private static final int END_STREAM = 1;

	private static final int END_HEADERS = 4;

	private static final int ERROR_CANCEL = 8;

	private final Socket socket;

	private final DataOutputStream out;

	private final ConcurrentMap<Integer, CompletableFuture<String>> ends = new ConcurrentHashMap<>();

	private int nextStream = 1;

	RawGrpcClient(int port) throws IOException {
		this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
		this.socket.setTcpNoDelay(true);
		this.out = new DataOutputStream(this.socket.getOutputStream());
		this.out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
		write(SETTINGS, 0, 0, new byte[0]);
		Thread reader = new Thread(this::read, "raw client");
		reader.setDaemon(true);
		reader.start();
	}

	/**
	 * Sends the headers of a call.
	 * @param method the method of the service
	 * @param timeout the value of {@code grpc-timeout}, or {@code null} for none
	 * @return the stream
	 */
	int open(String method, String timeout) throws IOException {
		int stream = this.nextStream;
		this.nextStream += 2;
		this.ends.put(stream, new CompletableFuture<>());
		ByteArrayOutputStream headers = new ByteArrayOutputStream();
		literal(headers, ":method", "POST");
		literal(headers, ":scheme", "http");
		literal(headers, ":path", "/cancelscope.calls.Calls/" + method);
		literal(headers, ":authority", "localhost");
		literal(headers, "content-type", "application/grpc");
		literal(headers, "te", "trailers");
		if (timeout != null) {
			literal(headers, "grpc-timeout", timeout);
		}
		write(HEADERS, END_HEADERS, stream, headers.toByteArray());
		return stream;
	}

	/** Sends the only message of a call. */
	void ask(int stream, String text) throws IOException {
		byte[] message = Ask.newBuilder().setText(text).setCount(1).build().toByteArray();
		ByteArrayOutputStream data = new ByteArrayOutputStream();
		data.write(0);
		new DataOutputStream(data).writeInt(message.length);
		data.write(message);
		write(DATA, END_STREAM, stream, data.toByteArray());
	}

	/** Leaves a call, as clients do that do not want it any more. */
	void reset(int stream) throws IOException {
		write(RST_STREAM, 0, stream, new byte[] { 0, 0, 0, ERROR_CANCEL });
	}

	/** The value of {@code grpc-status} that ends a call, or what ended it otherwise. */
	CompletableFuture<String> end(int stream) {
		return this.ends.get(stream);
	}

	/** A literal header that is never indexed, its strings as they are. */
	private static void literal(OutputStream out, String name, String value) throws IOException {
		out.write(0x10);
		for (String text : new String[] { name, value }) {
			byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
			out.write(bytes.length);
			out.write(bytes);
		}
	}

	private synchronized void write(int type, int flags, int stream, byte[] payload) throws IOException {
		this.out.writeByte(payload.length >> 16);
		this.out.writeShort(payload.length & 0xFFFF);
		this.out.writeByte(type);
		this.out.writeByte(flags);
		this.out.writeInt(stream);
		this.out.write(payload);
		this.out.flush();
	}

	private void read() {
		String end = "end of the connection";
		try {
			DataInputStream in = new DataInputStream(this.socket.getInputStream());
			DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
			while (true) {
				int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
				int type = in.readUnsignedByte();
				int flags = in.readUnsignedByte();
				int stream = in.readInt();
				frame(decoder, type, flags, stream, in.readNBytes(length));
			}
		}
		catch (IOException | Http2Exception ex) {
			end += ": " + ex;
		}
		for (CompletableFuture<String> one : this.ends.values()) {
			one.complete(end);
		}
	}

	private void frame(DefaultHttp2HeadersDecoder decoder, int type, int flags, int stream, byte[] payload)
			throws IOException, Http2Exception {
		switch (type) {
			case SETTINGS -> acknowledge(SETTINGS, flags, new byte[0]);
			case PING -> acknowledge(PING, flags, payload);
			case RST_STREAM -> this.ends.get(stream).complete("reset " + payload[3]);
			case HEADERS -> {
				Http2Headers headers = decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(payload));
				CharSequence status = headers.get("grpc-status");
				if (status != null) {
					this.ends.get(stream).complete(status.toString());
				}
				else if ((flags & END_STREAM) != 0) {
					this.ends.get(stream).complete("HTTP " + headers.status());
				}
			}
			default -> {
				// Answers, and what belongs to the connection.
			}
		}
	}

	private void acknowledge(int type, int flags, byte[] payload) throws IOException {
		if ((flags & ACK) == 0) {
			write(type, ACK, 0, payload);
		}
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
