package io.cancelscope.spring.mongodb;

import com.mongodb.MongoException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.connection.ClusterDescription;
import com.mongodb.connection.ServerDescription;
import org.bson.Document;

/**
 * Whether the server has sessions, without which nothing can be killed in it. The driver
 * learns that when it first reaches a server, in the background.
 * <p>
 * Race: an operation that begins before that would be one without a session, and no
 * cancellation would reach it. Therefore the first ones send a {@code ping}, which waits
 * for the server as they would do themselves.
 */
final class Discovery {

	static final String DATABASE = "admin";

	static final Document PING = new Document("ping", 1);

	private Discovery() {
	}

	static boolean isOver(ClusterDescription cluster) {
		return cluster.getServerDescriptions().stream().anyMatch(ServerDescription::isOk);
	}

	static boolean hasSessions(ClusterDescription cluster) {
		return cluster.getLogicalSessionTimeoutMinutes() != null;
	}

	/**
	 * Whether the operation is still worth trying. Other failures than timeouts are left
	 * to the operation, which the driver may repeat.
	 */
	static boolean isOfPing(Throwable failure) {
		return failure instanceof MongoException && !(failure instanceof MongoTimeoutException);
	}

}
