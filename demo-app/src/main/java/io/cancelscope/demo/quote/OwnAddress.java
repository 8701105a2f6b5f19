package io.cancelscope.demo.quote;

import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Knows where this application listens, as its suppliers are the same application.
 */
@Component
public class OwnAddress {

	private volatile int port;

	@EventListener
	void listening(WebServerInitializedEvent event) {
		if (!"management".equals(event.getApplicationContext().getServerNamespace())) {
			this.port = event.getWebServer().getPort();
		}
	}

	/** Returns the port, as soon as the application listens. */
	public int port() {
		return this.port;
	}

}
