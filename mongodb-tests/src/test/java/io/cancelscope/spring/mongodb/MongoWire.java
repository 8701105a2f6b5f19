package io.cancelscope.spring.mongodb;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

import org.bson.BsonArray;
import org.bson.BsonBinaryReader;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.jspecify.annotations.Nullable;

/**
 * MongoDB's wire protocol: {@code OP_MSG}, and {@code OP_QUERY} for the first greeting.
 */
final class MongoWire {

	private static final int OP_REPLY = 1;

	private static final int OP_QUERY = 2004;

	private static final int OP_MSG = 2013;

	private static final int MORE_TO_COME = 2;

	private final BsonDocumentCodec codec = new BsonDocumentCodec();

	private final AtomicInteger requestIds = new AtomicInteger();

	/** Returns the next request, or {@code null} at the end. */
	@Nullable Request read(DataInputStream in) throws IOException {
		byte[] head = new byte[16];
		try {
			in.readFully(head);
		}
		catch (EOFException ex) {
			return null;
		}
		ByteBuffer header = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
		byte[] rest = new byte[header.getInt() - 16];
		int id = header.getInt();
		header.getInt();
		int code = header.getInt();
		in.readFully(rest);
		ByteBuffer buffer = ByteBuffer.wrap(rest).order(ByteOrder.LITTLE_ENDIAN);
		int flags = buffer.getInt();
		if (code == OP_QUERY) {
			text(buffer);
			buffer.getLong();
			return new Request(id, code, 0, document(buffer));
		}
		BsonDocument body = new BsonDocument();
		while (buffer.hasRemaining()) {
			if (buffer.get() == 0) {
				body.putAll(document(buffer));
				continue;
			}
			int end = buffer.position() + buffer.getInt();
			String name = text(buffer);
			BsonArray documents = new BsonArray();
			while (buffer.position() < end) {
				documents.add(document(buffer));
			}
			body.put(name, documents);
		}
		return new Request(id, code, flags, body);
	}

	private static String text(ByteBuffer buffer) {
		int begin = buffer.position();
		while (buffer.get() != 0) {
			continue;
		}
		return new String(buffer.array(), begin, buffer.position() - begin - 1, StandardCharsets.UTF_8);
	}

	private BsonDocument document(ByteBuffer buffer) {
		int length = buffer.getInt(buffer.position());
		ByteBuffer slice = ByteBuffer.wrap(buffer.array(), buffer.position(), length).slice();
		buffer.position(buffer.position() + length);
		try (BsonBinaryReader reader = new BsonBinaryReader(slice)) {
			return this.codec.decode(reader, DecoderContext.builder().build());
		}
	}

	void write(OutputStream out, Request request, BsonDocument answer) throws IOException {
		BasicOutputBuffer body = new BasicOutputBuffer();
		try (body; BsonBinaryWriter writer = new BsonBinaryWriter(body)) {
			this.codec.encode(writer, answer, EncoderContext.builder().build());
			byte[] bytes = body.toByteArray();
			boolean query = request.code == OP_QUERY;
			int length = 16 + bytes.length + (query ? 20 : 5);
			ByteBuffer message = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
			message.putInt(length).putInt(this.requestIds.incrementAndGet()).putInt(request.id);
			if (query) {
				message.putInt(OP_REPLY).putInt(0).putLong(0).putInt(0).putInt(1);
			}
			else {
				message.putInt(OP_MSG).putInt(0).put((byte) 0);
			}
			out.write(message.put(bytes).array());
			out.flush();
		}
	}

	record Request(int id, int code, int flags, BsonDocument body) {

		boolean wantsAnAnswer() {
			return (this.flags & MORE_TO_COME) == 0;
		}

	}

}
