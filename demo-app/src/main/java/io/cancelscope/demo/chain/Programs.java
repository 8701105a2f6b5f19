package io.cancelscope.demo.chain;

import java.util.List;

import org.springframework.util.ClassUtils;

/**
 * How to start this program again.
 */
public final class Programs {

	private Programs() {
	}

	/** Returns how this program was started: as a jar, or from a class path. */
	public static List<String> own() {
		String classPath = System.getProperty("java.class.path");
		if (ClassUtils.isPresent("org.springframework.boot.loader.launch.JarLauncher", null)) {
			return List.of("-jar", classPath);
		}
		return List.of("-cp", classPath, "io.cancelscope.demo.DemoApplication");
	}

}
