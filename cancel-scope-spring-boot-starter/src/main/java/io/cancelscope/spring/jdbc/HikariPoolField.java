package io.cancelscope.spring.jdbc;

import java.lang.reflect.Field;

import io.cancelscope.spring.ChangedLibrary;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * Spring Boot's metrics read the pool of a {@code HikariDataSource} straight from its
 * field. In a proxy that field is the proxy's own, so it has to show the same pool.
 */
final class HikariPoolField {

	private static final ClassValue<Field[]> FIELDS = new ClassValue<>() {

		@Override
		protected Field[] computeValue(Class<?> type) {
			for (Class<?> at = type; at != null; at = at.getSuperclass()) {
				if (at.getName().equals("com.zaxxer.hikari.HikariDataSource")) {
					Field field = ReflectionUtils.findField(at, "pool");
					if (field != null && field.trySetAccessible()) {
						return new Field[] { field };
					}
					ChangedLibrary.report(at, "a field 'pool'", "the metrics of the connection pool are missing");
				}
			}
			return new Field[0];
		}

	};

	private HikariPoolField() {
	}

	/** Makes a proxy show what its target has. Cheap, and nothing for other classes. */
	static void copy(@Nullable Object target, Object proxy) {
		if (target == null || target == proxy) {
			return;
		}
		for (Field field : FIELDS.get(target.getClass())) {
			Object pool = ReflectionUtils.getField(field, target);
			if (field.getDeclaringClass().isInstance(proxy) && ReflectionUtils.getField(field, proxy) != pool) {
				ReflectionUtils.setField(field, proxy, pool);
			}
		}
	}

}
