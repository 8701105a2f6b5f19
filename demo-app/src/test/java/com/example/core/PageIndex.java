package com.example.core;

import java.time.Duration;
import java.util.List;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;

public class PageIndex {

	private static final ScopeOptions INDEX = ScopeOptions.named("index").withTimeout(Duration.ofMillis(800));

	private final CancelScopes scopes = CancelScopes.create(); // one per application

	void index(List<String> pages) throws InterruptedException {
		this.scopes.run(INDEX, (scope) -> {
			for (String page : pages) {
				scope.check(); // a safe point
				load(page);
			}
		});
	}

	private void load(String page) throws InterruptedException {
		System.out.println("Loading " + page);
		// Stands for a call that takes 300 ms
		CancelScope.current().sleep(Duration.ofMillis(300));
	}

	public static void main(String[] args) throws InterruptedException {
		try {
			new PageIndex().index(List.of("one", "two", "three", "four"));
		}
		catch (DeadlineExceededException ex) {
			System.out.println("Stopped: " + ex.getMessage());
		}
	}

}
