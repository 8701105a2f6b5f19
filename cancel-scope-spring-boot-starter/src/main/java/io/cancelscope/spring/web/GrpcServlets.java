package io.cancelscope.spring.web;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * Finds the requests that a gRPC servlet answers. gRPC has deadlines and responses of its
 * own, so these requests have no scope, and their response is not touched. The servlet
 * decides, not the content type alone: any caller can send that to any endpoint.
 */
final class GrpcServlets {

	/** Not a class that is referred to: gRPC may be absent. */
	private static final String TYPE = "io.grpc.servlet.jakarta.GrpcServlet";

	private static final String CONTENT_TYPE = "application/grpc";

	/** By the name of the servlet, which no caller chooses. */
	private final Map<String, Boolean> known = new ConcurrentHashMap<>();

	/** Returns whether a gRPC servlet answers a request. */
	boolean answer(HttpServletRequest request) {
		String contentType = request.getContentType();
		if (contentType == null || !"POST".equals(request.getMethod())
				|| !contentType.toLowerCase(Locale.ROOT).contains(CONTENT_TYPE)) {
			return false;
		}
		String name = request.getHttpServletMapping().getServletName();
		return name != null && this.known.computeIfAbsent(name, (servlet) -> isGrpc(request, servlet));
	}

	private static boolean isGrpc(HttpServletRequest request, String servlet) {
		ServletContext context = request.getServletContext();
		ServletRegistration registration = context.getServletRegistration(servlet);
		String type = (registration != null) ? registration.getClassName() : null;
		return type != null && isGrpc(type, context.getClassLoader());
	}

	private static boolean isGrpc(String name, @Nullable ClassLoader loader) {
		try {
			Class<?> type = ClassUtils.forName(name, loader);
			while (type != null && !type.getName().equals(TYPE)) {
				type = type.getSuperclass();
			}
			return type != null;
		}
		catch (ClassNotFoundException | LinkageError ex) {
			// Ignored: a class of the container, which is no gRPC servlet.
			return false;
		}
	}

}
