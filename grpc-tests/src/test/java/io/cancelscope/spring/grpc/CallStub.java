package io.cancelscope.spring.grpc;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.grpc.calls.Ask;
import io.cancelscope.grpc.calls.CallsGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.StreamObserver;

/**
 * The kinds of methods, each with the kinds of stubs that there are for it. A call
 * returns the texts of all answers, or throws what the stub tells.
 */
enum CallStub {

	UNARY_BLOCKING {
		@Override
		List<String> call(Channel channel, String text) {
			return List.of(CallsGrpc.newBlockingStub(channel).unary(ask(text)).getText());
		}
	},

	UNARY_BLOCKING_V2 {
		@Override
		List<String> call(Channel channel, String text) throws StatusException {
			return List.of(CallsGrpc.newBlockingV2Stub(channel).unary(ask(text)).getText());
		}
	},

	UNARY_FUTURE {
		@Override
		List<String> call(Channel channel, String text) throws Exception {
			try {
				return List.of(CallsGrpc.newFutureStub(channel).unary(ask(text)).get(60, TimeUnit.SECONDS).getText());
			}
			catch (ExecutionException ex) {
				throw (Exception) ex.getCause();
			}
		}
	},

	UNARY_ASYNC {
		@Override
		List<String> call(Channel channel, String text) throws Exception {
			Answers answers = new Answers();
			CallsGrpc.newStub(channel).unary(ask(text), answers);
			return answers.await();
		}
	},

	SERVER_STREAM_BLOCKING {
		@Override
		List<String> call(Channel channel, String text) {
			List<String> texts = new ArrayList<>();
			Iterator<Answer> answers = CallsGrpc.newBlockingStub(channel).serverStream(ask(text));
			answers.forEachRemaining((answer) -> texts.add(answer.getText()));
			return texts;
		}
	},

	SERVER_STREAM_BLOCKING_V2 {
		@Override
		List<String> call(Channel channel, String text) throws Exception {
			return drain(CallsGrpc.newBlockingV2Stub(channel).serverStream(ask(text)));
		}
	},

	SERVER_STREAM_ASYNC {
		@Override
		List<String> call(Channel channel, String text) throws Exception {
			Answers answers = new Answers();
			CallsGrpc.newStub(channel).serverStream(ask(text), answers);
			return answers.await();
		}
	},

	CLIENT_STREAM_BLOCKING_V2 {
		@Override
		List<String> call(Channel channel, String text) throws Exception {
			return send(CallsGrpc.newBlockingV2Stub(channel).clientStream(), text);
		}
	},

	CLIENT_STREAM_ASYNC {
		@Override
		List<String> call(Channel channel, String text) throws Exception {
			Answers answers = new Answers();
			return send(CallsGrpc.newStub(channel).clientStream(answers), text, answers);
		}
	},

	BIDI_STREAM_BLOCKING_V2 {
		@Override
		List<String> call(Channel channel, String text) throws Exception {
			return send(CallsGrpc.newBlockingV2Stub(channel).bidiStream(), text);
		}
	},

	BIDI_STREAM_ASYNC {
		@Override
		List<String> call(Channel channel, String text) throws Exception {
			Answers answers = new Answers();
			return send(CallsGrpc.newStub(channel).bidiStream(answers), text, answers);
		}
	};

	abstract List<String> call(Channel channel, String text) throws Exception;

	/** Makes a call with other options than the defaults. */
	List<String> call(Channel channel, UnaryOperator<CallOptions> options, String text) throws Exception {
		return call(ClientInterceptors.intercept(channel, new OptionsInterceptor(options)), text);
	}

	/** The answers to {@code echo}. */
	List<String> echo() {
		return (name().startsWith("SERVER") || name().startsWith("BIDI")) ? List.of("echo1", "echo2", "echo3")
				: List.of("echo1");
	}

	/** Whether the thread that calls the stub waits in gRPC's code. */
	boolean isBlocking() {
		return name().contains("_BLOCKING");
	}

	/** The status that a stub has failed with. */
	static Status status(Throwable failure) {
		if (failure instanceof StatusRuntimeException unchecked) {
			return unchecked.getStatus();
		}
		if (failure instanceof StatusException checked) {
			return checked.getStatus();
		}
		throw new AssertionError("Not of gRPC: " + failure, failure);
	}

	static Ask ask(String text) {
		return Ask.newBuilder().setText(text).build();
	}

	private static List<String> send(BlockingClientCall<Ask, Answer> call, String text) throws Exception {
		if (call.write(ask(text))) {
			call.halfClose();
		}
		return drain(call);
	}

	private static List<String> drain(BlockingClientCall<?, Answer> call) throws Exception {
		List<String> texts = new ArrayList<>();
		for (Answer answer = call.read(); answer != null; answer = call.read()) {
			texts.add(answer.getText());
		}
		return texts;
	}

	private static List<String> send(StreamObserver<Ask> asks, String text, Answers answers) throws Exception {
		asks.onNext(ask(text));
		asks.onCompleted();
		return answers.await();
	}

	/**
	 * Collects the answers of an asynchronous stub.
	 */
	private static final class Answers implements StreamObserver<Answer> {

		private final List<String> texts = new ArrayList<>();

		private final CompletableFuture<List<String>> all = new CompletableFuture<>();

		@Override
		public void onNext(Answer answer) {
			this.texts.add(answer.getText());
		}

		@Override
		public void onError(Throwable failure) {
			this.all.completeExceptionally(failure);
		}

		@Override
		public void onCompleted() {
			this.all.complete(this.texts);
		}

		private List<String> await() throws Exception {
			try {
				return this.all.get(60, TimeUnit.SECONDS);
			}
			catch (ExecutionException ex) {
				throw (Exception) ex.getCause();
			}
			catch (TimeoutException ex) {
				throw new AssertionError("The call has not ended", ex);
			}
		}

	}

	private record OptionsInterceptor(UnaryOperator<CallOptions> options) implements ClientInterceptor {

		@Override
		public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
			return next.newCall(method, this.options.apply(options));
		}

	}

}
