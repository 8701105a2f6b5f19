package io.cancelscope.demo.problem;

import java.io.IOException;
import java.io.Writer;

import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/**
 * Answers for requests so malformed that Tomcat refuses them before Spring sees them.
 */
class ProblemValve extends ErrorReportValve {

	@Override
	protected void report(Request request, Response response, @Nullable Throwable failure) {
		HttpStatus status = HttpStatus.resolve(response.getStatus());
		if (status == null || !status.isError() || response.getContentWritten() > 0 || !response.setErrorReported()) {
			return;
		}
		try {
			response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
			Writer writer = response.getReporter();
			if (writer != null) {
				writer.write("""
						{
						  "detail" : "This is not an HTTP request that can be understood; are all special \
						characters in its URL encoded, a space as %%20?",
						  "status" : %d,
						  "title" : "%s"
						}""".formatted(status.value(), status.getReasonPhrase()));
				response.finishResponse();
			}
		}
		catch (IOException ex) {
			// The one who asked is gone, so nobody needs the answer.
		}
	}

	/** Puts the valve in front of the page that Tomcat would show. */
	@Component
	static class Customizer implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

		@Override
		public void customize(TomcatServletWebServerFactory factory) {
			factory.addContextCustomizers((context) -> context.getParent().getPipeline().addValve(new ProblemValve()));
		}

	}

}
