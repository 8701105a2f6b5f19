package io.cancelscope.demo;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
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
			String home = "http://localhost:" + context.getWebServer().getPort();
			System.out.println(text(home) + operators(context) + "Ctrl-C ends it.\n");
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
				""".formatted(home);
	}

	private String operators(ApplicationContext context) {
		String home = Actuator.home(context.getEnvironment());
		return (home == null) ? "" : """
				For operators, and from this machine only: the open scopes, health, metrics:
				  curl %1$s/actuator/cancelscopes
				  curl %1$s/actuator/health
				  curl %1$s/actuator/metrics/cancel.scope.duration
				""".formatted(home);
	}

}
