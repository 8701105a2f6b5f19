package io.cancelscope.spring.web;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.request.RequestScope;
import io.cancelscope.spring.request.RequestScopes;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.spring.request.CancelScopeWebProperties;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.http.server.PathContainer;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.context.request.ServletWebRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Race: a streaming write fails on a task's thread while the container's own thread is
 * being told. Tomcat 11 then gives the request up and neither dispatches nor completes
 * it, once in some hundred times:
 *
 * <pre>
 *   task                     container
 *   write: broken pipe
 *                            onError
 *   dispatch                 recycled by force: no onComplete
 * </pre>
 */
class ForgetfulContainerTests {

	private final MockHttpServletRequest request = new MockHttpServletRequest("GET", "/fares");

	private final MockHttpServletResponse response = new MockHttpServletResponse();

	private final Watch watch = new Watch();

	@Test
	void scopeIsClosedWhenTheContainerHasSeenAnErrorAndNeverCompletes() {
		withScope((scope) -> {
			AsyncListener listener = new CancelScopeAsyncListener(scope);
			this.request.setAsyncSupported(true);
			AsyncEvent gone = new AsyncEvent(this.request.startAsync(), this.request, this.response,
					new IOException("Broken pipe"));

			listener.onError(gone);

			assertIsOver(scope.scope());
		});
	}

	@Test
	void scopeIsClosedWhenATaskHasSeenAnErrorAndTheContainerHasNot() {
		withScope((scope) -> {
			ScopePropagatingCallableInterceptor interceptor = new ScopePropagatingCallableInterceptor();
			this.request.setAttribute(RequestScope.ATTRIBUTE, scope);
			interceptor.preProcess(new ServletWebRequest(this.request), () -> "fares");

			// What the container makes of a request that it has given up.
			this.request.clearAttributes();
			interceptor.postProcess(new ServletWebRequest(this.request), () -> "fares", new EOFException());

			assertIsOver(scope.scope());
		});
	}

	@Test
	void scopeStaysOpenWhenATaskFailsByItself() {
		withScope((scope) -> {
			ScopePropagatingCallableInterceptor interceptor = new ScopePropagatingCallableInterceptor();
			this.request.setAttribute(RequestScope.ATTRIBUTE, scope);
			ServletWebRequest request = new ServletWebRequest(this.request);
			interceptor.preProcess(request, () -> "fares");
			interceptor.postProcess(request, () -> "fares", new IllegalStateException("no fares today"));

			assertThat(scope.scope().isCancelled()).isFalse();
			assertThat(this.watch.closed()).isEmpty();
			scope.scope().close();
		});
	}

	private void assertIsOver(OpenScope scope) {
		assertThat(this.watch.closed()).containsExactly(scope);
		assertThat(scope.reason()).map(CancelReason::kind).contains(CancelReason.Kind.DISCONNECTED);
	}

	private void withScope(ScopeConsumer test) {
		new WebApplicationContextRunner().withBean(Watch.class, () -> this.watch)
			.withConfiguration(
					AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeWebAutoConfiguration.class))
			.run((context) -> {
				RequestScopes requests = new RequestScopes(context.getBean(CancelScopes.class), TimeSource.system(),
						context.getBean(ScopeSettings.class), context.getBean(CancelScopeWebProperties.class),
						Stream::empty, (header) -> {
						});
				test.accept(requests.open("GET", PathContainer.parsePath("/fares"), (header) -> List.of(), () -> null));
			});
	}

	@FunctionalInterface
	interface ScopeConsumer {

		void accept(RequestScope scope) throws Exception;

	}

}
