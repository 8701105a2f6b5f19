package io.cancelscope.spring.grpc;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.grpc.calls.Ask;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client gets.
 */
final class Outcome implements ClientResponseObserver<Ask, Answer> {

	private final List<String> texts = new CopyOnWriteArrayList<>();

	private final CompletableFuture<Status> status = new CompletableFuture<>();

	private final CompletableFuture<String> first = new CompletableFuture<>();

	private volatile ClientCallStreamObserver<Ask> call;

	@Override
	public void beforeStart(ClientCallStreamObserver<Ask> call) {
		this.call = call;
	}

	void cancel() {
		this.call.cancel("the test cancels", null);
	}

	@Override
	public void onNext(Answer answer) {
		this.texts.add(answer.getText());
		this.first.complete(answer.getText());
	}

	@Override
	public void onError(Throwable thrown) {
		this.status.complete(Status.fromThrowable(thrown));
	}

	@Override
	public void onCompleted() {
		this.status.complete(Status.OK);
	}

	List<String> texts() {
		return this.texts;
	}

	void awaitFirst() {
		assertThat(this.first).succeedsWithin(SeenScopes.SOON);
	}

	/** Waits for the end of the call. */
	Status status() {
		assertThat(this.status).succeedsWithin(SeenScopes.SOON);
		return this.status.join();
	}

	Status.Code code() {
		return status().getCode();
	}

}
