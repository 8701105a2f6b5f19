package io.cancelscope.spring.grpc;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.grpc.calls.Ask;
import io.cancelscope.grpc.calls.CallsGrpc;
import io.grpc.stub.StreamObserver;

/**
 * A service whose methods a test sets.
 */
class Handlers extends CallsGrpc.CallsImplBase {

	volatile BiConsumer<Ask, StreamObserver<Answer>> unary = Handlers::echo;

	volatile BiConsumer<Ask, StreamObserver<Answer>> serverStream = Handlers::count;

	volatile Function<StreamObserver<Answer>, StreamObserver<Ask>> clientStream = Handlers::collect;

	volatile Function<StreamObserver<Answer>, StreamObserver<Ask>> bidiStream = Handlers::echoEach;

	void reset() {
		this.unary = Handlers::echo;
		this.serverStream = Handlers::count;
		this.clientStream = Handlers::collect;
		this.bidiStream = Handlers::echoEach;
	}

	static Answer answer(String text) {
		return Answer.newBuilder().setText(text).build();
	}

	static Ask ask(String text) {
		return Ask.newBuilder().setText(text).setCount(3).build();
	}

	private static void echo(Ask ask, StreamObserver<Answer> answers) {
		answers.onNext(answer(ask.getText()));
		answers.onCompleted();
	}

	private static void count(Ask ask, StreamObserver<Answer> answers) {
		for (int i = 0; i < ask.getCount(); i++) {
			answers.onNext(Answer.newBuilder().setText(ask.getText()).setNumber(i).build());
		}
		answers.onCompleted();
	}

	private static StreamObserver<Ask> collect(StreamObserver<Answer> answers) {
		StringBuilder text = new StringBuilder();
		return new Asks(answers, (ask) -> text.append(ask.getText())) {

			@Override
			public void onCompleted() {
				answers.onNext(answer(text.toString()));
				answers.onCompleted();
			}

		};
	}

	private static StreamObserver<Ask> echoEach(StreamObserver<Answer> answers) {
		return new Asks(answers, (ask) -> answers.onNext(answer(ask.getText())));
	}

	@Override
	public void unary(Ask request, StreamObserver<Answer> answers) {
		this.unary.accept(request, answers);
	}

	@Override
	public void serverStream(Ask request, StreamObserver<Answer> answers) {
		this.serverStream.accept(request, answers);
	}

	@Override
	public StreamObserver<Ask> clientStream(StreamObserver<Answer> answers) {
		return this.clientStream.apply(answers);
	}

	@Override
	public StreamObserver<Ask> bidiStream(StreamObserver<Answer> answers) {
		return this.bidiStream.apply(answers);
	}

	/** Requests of a stream. */
	static class Asks implements StreamObserver<Ask> {

		private final StreamObserver<Answer> answers;

		private final Consumer<Ask> each;

		Asks(StreamObserver<Answer> answers, Consumer<Ask> each) {
			this.answers = answers;
			this.each = each;
		}

		@Override
		public void onNext(Ask ask) {
			this.each.accept(ask);
		}

		@Override
		public void onError(Throwable thrown) {
		}

		@Override
		public void onCompleted() {
			this.answers.onCompleted();
		}

	}

}
