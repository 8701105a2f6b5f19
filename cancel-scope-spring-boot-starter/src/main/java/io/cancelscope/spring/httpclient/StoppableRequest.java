package io.cancelscope.spring.httpclient;

import org.apache.hc.client5.http.config.Configurable;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.concurrent.CancellableDependency;
import org.apache.hc.core5.concurrent.ComplexCancellable;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.message.HttpRequestWrapper;
import org.jspecify.annotations.Nullable;

/**
 * A request of HttpComponents whose thread has no interrupt of a scope while it waits for
 * a connection of the pool. HttpComponents 5.6 loses the connection if one comes as the
 * pool hands it over:
 *
 * <pre>
 * caller:      waits for the pool ............. interrupted: gives the lease up
 * other call:                      gives back
 * pool:                            leases it to the caller, who never takes it
 * </pre>
 *
 * Cancelling the request ends that wait, and loses nothing. The library tells a request
 * what it waits for: a lease, then the connection.
 */
final class StoppableRequest extends HttpRequestWrapper
		implements ClassicHttpRequest, CancellableDependency, Configurable {

	private final ClassicHttpRequest request;

	private final CancellableDependency dependency;

	private final Thread caller = Thread.currentThread();

	private final InterruptMask mask = new InterruptMask();

	StoppableRequest(ClassicHttpRequest request) {
		super(request);
		this.request = request;
		this.dependency = (request instanceof CancellableDependency own) ? own : new ComplexCancellable();
	}

	@Override
	public void setDependency(Cancellable cancellable) {
		if (Thread.currentThread() == this.caller) {
			if (cancellable instanceof LeaseRequest) {
				this.mask.begin();
			}
			else {
				this.mask.end();
			}
		}
		this.dependency.setDependency(cancellable);
	}

	/** To be called on the caller's thread when the library has returned. */
	void leave() {
		this.mask.end();
	}

	@Override
	public boolean isCancelled() {
		return this.dependency.isCancelled();
	}

	@Override
	public boolean cancel() {
		return this.dependency.cancel();
	}

	@Override
	public @Nullable HttpEntity getEntity() {
		return this.request.getEntity();
	}

	@Override
	public void setEntity(@Nullable HttpEntity entity) {
		this.request.setEntity(entity);
	}

	@Override
	public @Nullable RequestConfig getConfig() {
		return (this.request instanceof Configurable configurable) ? configurable.getConfig() : null;
	}

	@Override
	public String toString() {
		return this.request.toString();
	}

}
