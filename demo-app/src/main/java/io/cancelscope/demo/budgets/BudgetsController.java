package io.cancelscope.demo.budgets;

import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Hands the page what the endpoint says, which listens on another port. That port is for
 * this machine only, and so is this controller: it answers nobody else, and no page of
 * another site that a browser on this machine shows.
 */
@RestController
@RequestMapping("/budgets/live")
class BudgetsController {

	private static final Set<String> OWN_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

	private final BudgetsClient client;

	BudgetsController(BudgetsClient client) {
		this.client = client;
	}

	/** Before each of the methods below. */
	@ModelAttribute
	void onlyForThisMachine(HttpServletRequest request) throws IOException {
		String site = request.getHeader("Sec-Fetch-Site");
		if (!InetAddress.getByName(request.getRemoteAddr()).isLoopbackAddress()
				|| !OWN_NAMES.contains(request.getServerName()) || "cross-site".equals(site)) {
			throw new ResponseStatusException(HttpStatus.NOT_FOUND);
		}
	}

	@GetMapping
	ResponseEntity<String> budgets() {
		return this.client.budgets();
	}

	/** JSON only: the browser sends that for no other site. */
	@PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
	ResponseEntity<String> change(@RequestBody Map<String, String> change) {
		Map<String, String> rest = new HashMap<>(change);
		return this.client.change(rest.remove("name"), rest);
	}

	@DeleteMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
	ResponseEntity<String> changeBack(@RequestBody Map<String, String> change) {
		return this.client.changeBack(change.get("name"));
	}

}
