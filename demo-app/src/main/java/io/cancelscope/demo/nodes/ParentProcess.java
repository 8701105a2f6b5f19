package io.cancelscope.demo.nodes;

import java.io.IOException;
import java.io.InputStream;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * Ends this desk with the program that started it, however that ended: the standard input
 * is open as long as the parent is.
 */
@Component
@Profile("nodes")
class ParentProcess {

	private static final int PARENT_IS_GONE = 3;

	ParentProcess(@Value("${nodes.database-process}") long database) {
		Thread listening = new Thread(() -> listen(System.in, database), "parent");
		listening.setDaemon(true);
		listening.start();
	}

	/** Nothing here needs a graceful end: nobody is served any more. */
	private static void listen(InputStream parent, long database) {
		try {
			parent.readAllBytes();
		}
		catch (IOException ex) {
			// Ignored: then the parent is gone, too.
		}
		ProcessHandle.of(database).ifPresent(ProcessHandle::destroy);
		Runtime.getRuntime().halt(PARENT_IS_GONE);
	}

}
