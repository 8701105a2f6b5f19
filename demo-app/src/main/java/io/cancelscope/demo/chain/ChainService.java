package io.cancelscope.demo.chain;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.grpc.server.lifecycle.GrpcServerStartedEvent;

/**
 * One of the three services, in a process of its own. Its standard output is for
 * {@link Reports}; by its standard input it notices that the parent is gone, however that
 * ended.
 */
public final class ChainService {

	/** What the parent says to be told of everything that is at work. */
	static final String STATE = "state";

	/** What the parent says before it lets the service end. */
	static final String END = "end";

	/** The option that the parent starts its own jar with. */
	static final String OPTION = "--chain-service=";

	/** The process of the database, which ends with the parent, too. */
	private static final String DATABASE_OPTION = "--chain.database-process=";

	private static final int PARENT_IS_GONE = 3;

	private ChainService() {
	}

	/** Returns whether these arguments are from a parent that wants a service. */
	public static boolean isMeant(String... args) {
		return args.length > 0 && args[0].startsWith(OPTION);
	}

	/** Runs until the parent ends it, or ends itself. */
	public static void run(String... args) {
		Reports reports = new Reports();
		System.setOut(System.err);
		Optional<ProcessHandle> database = Arrays.stream(args)
			.filter((arg) -> arg.startsWith(DATABASE_OPTION))
			.map((arg) -> Long.valueOf(arg.substring(DATABASE_OPTION.length())))
			.findFirst()
			.flatMap(ProcessHandle::of);
		Thread listening = new Thread(() -> listen(reports, database), "parent");
		listening.setDaemon(true);
		listening.start();
		application(Place.valueOf(args[0].substring(OPTION.length())), reports)
			.run(Arrays.copyOfRange(args, 1, args.length));
	}

	/** Returns the option by which a service knows the process of the database. */
	static String databaseOption(long process) {
		return DATABASE_OPTION + process;
	}

	private static SpringApplication application(Place service, Reports reports) {
		SpringApplication application = switch (service) {
			case TRIPS -> new SpringApplication(TripsApplication.class);
			case PLANS -> new SpringApplication(PlansApplication.class);
			case FARES -> new SpringApplication(FaresApplication.class);
			case QUERY, PEER -> throw new IllegalArgumentException(service + " is no service");
		};
		application
			.setWebApplicationType((service == Place.TRIPS) ? WebApplicationType.SERVLET : WebApplicationType.NONE);
		application.addInitializers(
				(context) -> ((GenericApplicationContext) context).registerBean(Reports.class, () -> reports));
		if (service == Place.TRIPS) {
			application.addListeners((ApplicationListener<WebServerInitializedEvent>) (event) -> reports
				.listening(event.getWebServer().getPort()));
		}
		else {
			application.addListeners(
					(ApplicationListener<GrpcServerStartedEvent>) (event) -> reports.listening(event.getPort()));
		}
		return application;
	}

	/** Nothing here needs a graceful end: nobody is served any more. */
	private static void listen(Reports reports, Optional<ProcessHandle> database) {
		try (BufferedReader parent = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
			for (String line = parent.readLine(); line != null; line = parent.readLine()) {
				if (line.equals(STATE)) {
					reports.state();
				}
				else if (line.equals(END)) {
					Runtime.getRuntime().halt(0);
				}
			}
		}
		catch (IOException ex) {
			// Ignored: then the parent is gone, too.
		}
		database.ifPresent(ProcessHandle::destroy);
		Runtime.getRuntime().halt(PARENT_IS_GONE);
	}

}
