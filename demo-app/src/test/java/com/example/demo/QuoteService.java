package com.example.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.CancelScoped;

import org.springframework.stereotype.Service;

@Service
public class QuoteService {

	@CancelScoped("800ms") // this call and all it calls: 800 ms together
	public List<String> best(List<Supplier<String>> suppliers) {
		List<String> quotes = new ArrayList<>();
		for (Supplier<String> supplier : suppliers) {
			CancelScope.current().check(); // a safe place to stop
			quotes.add(supplier.get());
		}
		return quotes;
	}

}
