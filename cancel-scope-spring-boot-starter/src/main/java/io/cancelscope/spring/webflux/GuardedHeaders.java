package io.cancelscope.spring.webflux;

import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.util.MultiValueMap;

/**
 * View of the headers that a supplier returns. Each access holds a lock and asks the
 * supplier again, so the owner of the lock can put other headers behind the view: no
 * access to the former ones is under way then, and none follows.
 */
final class GuardedHeaders extends AbstractMap<String, List<String>> implements MultiValueMap<String, String> {

	private final ReentrantLock lock;

	private final Supplier<HttpHeaders> target;

	private GuardedHeaders(ReentrantLock lock, Supplier<HttpHeaders> target) {
		this.lock = lock;
		this.target = target;
	}

	static HttpHeaders of(ReentrantLock lock, Supplier<HttpHeaders> target) {
		return new View(new GuardedHeaders(lock, target));
	}

	private <T extends @Nullable Object> T locked(Function<HttpHeaders, T> access) {
		this.lock.lock();
		try {
			return access.apply(this.target.get());
		}
		finally {
			this.lock.unlock();
		}
	}

	private void change(Consumer<HttpHeaders> change) {
		locked((headers) -> {
			change.accept(headers);
			return true;
		});
	}

	@Override
	public @Nullable String getFirst(String name) {
		return this.<@Nullable String>locked((headers) -> headers.getFirst(name));
	}

	@Override
	public void add(String name, @Nullable String value) {
		change((headers) -> headers.add(name, value));
	}

	@Override
	public void addAll(String name, List<? extends String> values) {
		change((headers) -> headers.addAll(name, values));
	}

	@Override
	public void addAll(MultiValueMap<String, String> values) {
		change((headers) -> values.forEach(headers::addAll));
	}

	@Override
	public void set(String name, @Nullable String value) {
		change((headers) -> headers.set(name, value));
	}

	@Override
	public void setAll(Map<String, String> values) {
		change((headers) -> headers.setAll(values));
	}

	@Override
	public Map<String, String> toSingleValueMap() {
		return locked(HttpHeaders::toSingleValueMap);
	}

	@Override
	public int size() {
		return locked(HttpHeaders::size);
	}

	@Override
	public boolean isEmpty() {
		return locked(HttpHeaders::isEmpty);
	}

	@Override
	public boolean containsKey(Object name) {
		return name instanceof String text && locked((headers) -> headers.containsHeader(text));
	}

	@Override
	public @Nullable List<String> get(Object name) {
		return (name instanceof String text) ? this.<@Nullable List<String>>locked((headers) -> headers.get(text))
				: null;
	}

	@Override
	public @Nullable List<String> put(String name, List<String> values) {
		return this.<@Nullable List<String>>locked((headers) -> headers.put(name, values));
	}

	@Override
	public @Nullable List<String> remove(Object name) {
		return (name instanceof String text) ? this.<@Nullable List<String>>locked((headers) -> headers.remove(text))
				: null;
	}

	@Override
	public void clear() {
		change(HttpHeaders::clear);
	}

	/** A copy, since it is read without the lock. */
	@Override
	public Set<Entry<String, List<String>>> entrySet() {
		return locked((headers) -> headers.headerSet()
			.stream()
			.map((entry) -> Map.<String, List<String>>entry(entry.getKey(), new ArrayList<>(entry.getValue())))
			.collect(Collectors.toCollection(LinkedHashSet::new)));
	}

	@SuppressWarnings("serial")
	private static final class View extends HttpHeaders {

		private final transient GuardedHeaders guarded;

		private View(GuardedHeaders guarded) {
			super(guarded);
			this.guarded = guarded;
		}

		/** For headers that have been sent, Spring WebFlux expects it to do nothing. */
		@Override
		public void clearContentHeaders() {
			this.guarded.change(HttpHeaders::clearContentHeaders);
		}

	}

}
