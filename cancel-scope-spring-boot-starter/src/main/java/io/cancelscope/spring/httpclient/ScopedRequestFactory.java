package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.net.URI;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.DeadlineHeader;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.AbstractClientHttpRequestFactoryWrapper;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * Makes requests that belong to the current scope. Where none is open, they are the
 * delegate's, as they are.
 */
final class ScopedRequestFactory extends AbstractClientHttpRequestFactoryWrapper
		implements InitializingBean, DisposableBean {

	private final Transport transport;

	private final @Nullable DeadlineHeader header;

	ScopedRequestFactory(ClientHttpRequestFactory factory, Transport transport, @Nullable DeadlineHeader header) {
		super(factory);
		this.transport = transport;
		this.header = header;
	}

	@Override
	protected ClientHttpRequest createRequest(URI uri, HttpMethod method, ClientHttpRequestFactory factory)
			throws IOException {
		ClientHttpRequest request = factory.createRequest(uri, method);
		return (CancelScope.current() instanceof OpenScope scope)
				? new ScopedRequest(request, scope, this.transport, this.header) : request;
	}

	@Override
	public void afterPropertiesSet() throws Exception {
		if (getDelegate() instanceof InitializingBean bean) {
			bean.afterPropertiesSet();
		}
	}

	@Override
	public void destroy() throws Exception {
		if (getDelegate() instanceof DisposableBean bean) {
			bean.destroy();
		}
	}

}
