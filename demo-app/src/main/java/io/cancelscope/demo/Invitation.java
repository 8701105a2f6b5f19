package io.cancelscope.demo;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * Says what to try once the trip desk is open.
 */
@Component
@ConditionalOnBooleanProperty(name = "desk.invites", matchIfMissing = true)
class Invitation {

	@EventListener
	@Order(Ordered.LOWEST_PRECEDENCE)
	void ready(ApplicationReadyEvent event) {
		if (event.getApplicationContext() instanceof WebServerApplicationContext context
				&& context.getWebServer() != null) {
			System.out.println(text("http://localhost:" + context.getWebServer().getPort()));
		}
	}

	private String text(String home) {
		return """

				The trip desk is open: %1$s
				Three budgets, three answers:
				  curl '%1$s/quotes?from=OSL&to=LIS&budget=200ms'
				  curl '%1$s/quotes?from=OSL&to=LIS&budget=800ms'
				  curl '%1$s/quotes?from=OSL&to=LIS&budget=5s'
				The query for the usual price hangs, too; the answer tells how soon both were stopped:
				  curl '%1$s/quotes?from=OSL&to=LIS&budget=800ms&suppliers=aurora:hanging&history=hanging'
				One supplier hangs, one fails; the others answer all the same:
				  curl '%1$s/quotes?from=OSL&to=LIS&budget=800ms&suppliers=aurora:hanging,delta:failing'
				All or nothing: the first that fails stops the others:
				  curl '%1$s/quotes?from=OSL&to=LIS&budget=5s&suppliers=delta:failing&mode=all-or-nothing'
				What was written down, also of the requests that ran out of time:
				  curl %1$s/audit
				Ctrl-C ends it.
				""".formatted(home);
	}

}
