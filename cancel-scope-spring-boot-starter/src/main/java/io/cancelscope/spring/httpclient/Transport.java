package io.cancelscope.spring.httpclient;

import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.JettyClientHttpRequestFactory;
import org.springframework.http.client.ReactorClientHttpRequestFactory;

/**
 * What ends a call, library by library, beside what the library itself offers for it. A
 * thread that waits for headers is interrupted: it ends waiting for futures and pauses
 * between attempts, and where it is blocked in a socket it does no harm. Three libraries
 * can stop a call by themselves, and are told to before.
 */
enum Transport {

	/** Reads from a queue. */
	JDK(Read.CLOSE),

	/** Closing the body would read all of it. */
	HTTP_COMPONENTS(Read.LIBRARY),

	/** Reads from a queue. */
	JETTY(Read.CLOSE),

	/** Interrupted while it reads, it would spin until the body ends. */
	REACTOR(Read.CLOSE),

	/** HttpURLConnection, and whatever else: an interrupt reaches virtual threads. */
	OTHER(Read.INTERRUPT);

	private final Read read;

	Transport(Read read) {
		this.read = read;
	}

	static Transport of(ClientHttpRequestFactory factory) {
		if (factory instanceof JdkClientHttpRequestFactory) {
			return JDK;
		}
		if (factory instanceof HttpComponentsClientHttpRequestFactory) {
			return HTTP_COMPONENTS;
		}
		if (factory instanceof JettyClientHttpRequestFactory) {
			return JETTY;
		}
		return (factory instanceof ReactorClientHttpRequestFactory) ? REACTOR : OTHER;
	}

	/**
	 * Whether an interrupt is only sent to a call that goes on although its library was
	 * told to stop it.
	 */
	boolean isToldFirst() {
		return this == JDK || this == HTTP_COMPONENTS || this == REACTOR;
	}

	/** Whether the thread that reads the body is to be interrupted. */
	boolean interruptsReading() {
		return this.read == Read.INTERRUPT;
	}

	/** Whether closing the body, on another thread, ends a read of it. */
	boolean closesBody() {
		return this.read == Read.CLOSE;
	}

	/** Whether the library's own handle is all that is needed. */
	boolean isLeftToLibrary() {
		return this.read == Read.LIBRARY;
	}

	/**
	 * Whether an unchecked exception may come of the library's having been stopped: an
	 * interrupted one is known as such.
	 */
	boolean failsUnchecked() {
		return this != OTHER;
	}

	private enum Read {

		INTERRUPT, CLOSE, LIBRARY

	}

}
