package io.cancelscope.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Words written down in the order in which things happen, on whichever threads. A test
 * reads the order off it afterwards.
 */
public final class Trail {

	private final List<String> words = new CopyOnWriteArrayList<>();

	/**
	 * Writes a word down.
	 * @param word the word
	 */
	public void add(String word) {
		this.words.add(word);
	}

	/**
	 * Returns a callback that writes a word down, whatever it is handed.
	 * @param word the word
	 * @param <T> the type of what it is handed
	 * @return the callback
	 */
	public <T> Consumer<T> adding(String word) {
		return (handed) -> add(word);
	}

	/**
	 * Returns the words so far.
	 * @return the words, the first one first
	 */
	public List<String> words() {
		return List.copyOf(this.words);
	}

	@Override
	public String toString() {
		return this.words.toString();
	}

}
