package com.example.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.CancelScoped;

import org.springframework.stereotype.Service;

@Service
public class QuoteService {

	@CancelScoped("800ms") // budget of this method and of everything it calls
	public List<String> best(List<Supplier<String>> suppliers) {
		List<String> quotes = new ArrayList<>();
		for (Supplier<String> supplier : suppliers) {
			CancelScope.current().check(); // a safe point
			quotes.add(supplier.get());
		}
		return quotes;
	}

}
