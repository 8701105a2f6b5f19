package io.cancelscope.demo.nodes;

import java.util.List;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Tells the page which desks there are: none where this one was started alone.
 */
@RestController
class NodesController {

	private final Desks desks;

	NodesController(@Value("${cancel-scope.cluster.node:}") String here, @Value("${nodes.homes:}") List<String> homes) {
		this.desks = new Desks(here, homes);
	}

	@GetMapping("/nodes")
	Desks desks() {
		return this.desks;
	}

	/**
	 * All desks.
	 *
	 * @param here the name of this one
	 * @param homes where each of them listens
	 */
	record Desks(String here, List<String> homes) {
	}

}
