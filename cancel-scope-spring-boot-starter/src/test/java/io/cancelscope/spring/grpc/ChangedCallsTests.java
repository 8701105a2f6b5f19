package io.cancelscope.spring.grpc;

import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.BudgetChanges;
import io.cancelscope.spring.BudgetCommand;
import io.cancelscope.spring.CancelScopeProperties;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.testing.ManualTime;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Budgets of calls that are changed while a server runs.
 */
class ChangedCallsTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(this.time)
		.callbackExecutor(Runnable::run)
		.build();

	private final ScopeSettings settings = settings();

	private final ServedScopes served = new ServedScopes(this.scopes, this.time, this.settings,
			new ServedMethods(Stream::empty), new CancelScopeGrpcProperties.Server(Duration.ofSeconds(5), null));

	@Test
	void callsHaveWhatIsChanged() {
		BudgetChanges changes = new BudgetChanges(this.settings, this.time, () -> null);
		assertThat(budget(MethodType.UNARY)).contains(Duration.ofSeconds(5));
		assertThat(budget(MethodType.SERVER_STREAMING)).isEmpty();

		changes.execute(BudgetCommand.change(ServedMethods.OTHERS, Duration.ofSeconds(1), null, null, null));

		assertThat(budget(MethodType.UNARY)).contains(Duration.ofSeconds(1));
		assertThat(budget(MethodType.SERVER_STREAMING)).contains(Duration.ofSeconds(1));
		changes.execute(BudgetCommand.reset(null, null));
		assertThat(budget(MethodType.UNARY)).contains(Duration.ofSeconds(5));
	}

	private Optional<Duration> budget(MethodType type) {
		try (OpenScope scope = this.served.open(method(type), Context.ROOT)) {
			return scope.remaining();
		}
	}

	private static MethodDescriptor<InputStream, InputStream> method(MethodType type) {
		Bytes bytes = new Bytes();
		return MethodDescriptor.newBuilder(bytes, bytes).setType(type).setFullMethodName("fares.Fares/Quote").build();
	}

	private static ScopeSettings settings() {
		StandardEnvironment environment = new StandardEnvironment();
		return ScopeSettings.of(Binder.get(environment).bindOrCreate("cancel-scope", CancelScopeProperties.class),
				environment);
	}

	private static final class Bytes implements MethodDescriptor.Marshaller<InputStream> {

		@Override
		public InputStream stream(InputStream value) {
			return value;
		}

		@Override
		public InputStream parse(InputStream stream) {
			return stream;
		}

	}

}
