package io.cancelscope.demo;

import java.net.URI;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.autoconfigure.web.server.ConditionalOnManagementPort;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Leads from the page to the actuator. That listens on a port of its own, on the loopback
 * interface alone: from another machine these links lead nowhere, and should.
 */
@RestController
@ConditionalOnManagementPort(ManagementPortType.DIFFERENT)
class Actuator {

	private final Environment environment;

	Actuator(Environment environment) {
		this.environment = environment;
	}

	/** Returns where the actuator listens; {@code null} if it has no port of its own. */
	static @Nullable String home(Environment environment) {
		Integer port = environment.getProperty("local.management.port", Integer.class);
		return (port != null) ? "http://127.0.0.1:" + port : null;
	}

	@GetMapping({ "/actuator/{endpoint:health|metrics|prometheus|cancelscopes|cancelbudgets}",
			"/actuator/{endpoint:metrics}/{name:[\\w.]+}" })
	ResponseEntity<Void> endpoint(HttpServletRequest request) {
		String query = request.getQueryString();
		String path = request.getRequestURI() + ((query != null) ? "?" + query : "");
		return ResponseEntity.status(HttpStatus.FOUND).location(URI.create(home(this.environment) + path)).build();
	}

}
