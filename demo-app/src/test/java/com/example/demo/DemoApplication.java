package com.example.demo;

import java.time.Duration;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.CancelScoped;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Service;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
public class DemoApplication {

	public static void main(String[] args) {
		SpringApplication.run(DemoApplication.class, args);
	}

	@RestController
	static class FareController {

		private final FareService fares;

		FareController(FareService fares) {
			this.fares = fares;
		}

		@GetMapping("/fare")
		String fare() throws InterruptedException {
			return this.fares.fare();
		}

		@GetMapping("/fare-or-estimate")
		String fareOrEstimate() throws InterruptedException {
			return this.fares.fareOrEstimate();
		}

	}

	@Service
	static class FareService {

		private final Supplier supplier;

		FareService(Supplier supplier) {
			this.supplier = supplier;
		}

		@CancelScoped("800ms") // fails when the budget is used up
		String fare() throws InterruptedException {
			return this.supplier.ask();
		}

		@CancelScoped(timeout = "800ms", fallback = "estimate") // calls estimate(…)
																// instead
		String fareOrEstimate() throws InterruptedException {
			return this.supplier.ask();
		}

		String estimate(CancelReason reason) {
			return "about 200 EUR, reason: " + reason.kind();
		}

	}

	@Component
	static class Supplier {

		private final CancelScopes scopes;

		Supplier(CancelScopes scopes) {
			this.scopes = scopes;
		}

		String ask() throws InterruptedException {
			System.out.println("Asking the supplier");
			try {
				this.scopes.sleep(Duration.ofMinutes(1)); // stands for a call that takes
															// a minute
				return "199 EUR";
			}
			catch (ScopeCancelledException ex) {
				System.out.println("Stopped: " + ex.getMessage());
				throw ex;
			}
		}

	}

}
