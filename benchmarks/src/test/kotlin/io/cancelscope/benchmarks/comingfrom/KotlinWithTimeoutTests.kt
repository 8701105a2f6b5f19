package io.cancelscope.benchmarks.comingfrom

import io.cancelscope.CancelScopes
import io.cancelscope.DeadlineExceededException
import io.cancelscope.ScopeOptions
import java.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.runInterruptible
import kotlinx.coroutines.withTimeout
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatExceptionOfType
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/**
 * Coming from Kotlin's `withTimeout`.
 */
@Timeout(60)
internal class KotlinWithTimeoutTests {

	private val warehouse = Warehouse()

	// tag::before[]
	suspend fun stockWithinTimeout(article: String): Int =
		withTimeout(300.milliseconds) {
			runInterruptible(Dispatchers.IO) { warehouse.stock(article) }
		}
	// end::before[]

	// tag::after[]
	private val stockOptions = ScopeOptions.named("stock").withTimeout(Duration.ofMillis(300)).interrupt()

	private val scopes = CancelScopes.create()

	fun stock(article: String): Int =
		scopes.call<Int, InterruptedException>(stockOptions) { warehouse.stock(article) }
	// end::after[]

	// tag::outer[]
	private val orderOptions = ScopeOptions.named("order").withTimeout(Duration.ofMillis(100))

	fun order(article: String): Int =
		scopes.call<Int, InterruptedException>(orderOptions) { stock(article) } // has 100 ms, not 300
	// end::outer[]

	// tag::suspending[]
	suspend fun stockFromCoroutine(article: String): Int =
		runInterruptible(Dispatchers.IO) { stock(article) }
	// end::suspending[]

	@Test
	fun timeoutInterruptsTheCall() {
		assertThatExceptionOfType(TimeoutCancellationException::class.java)
			.isThrownBy { runBlocking { stockWithinTimeout("chair") } }
		assertThat(warehouse.isBusy()).isFalse()
	}

	@Test
	fun scopeInterruptsTheCall() {
		assertThatExceptionOfType(DeadlineExceededException::class.java).isThrownBy { stock("chair") }
		assertThat(warehouse.isBusy()).isFalse()
		assertThat(Thread.currentThread().isInterrupted).isFalse()
	}

	@Test
	fun budgetOfTheCallerCountsBelow() {
		assertThatExceptionOfType(DeadlineExceededException::class.java).isThrownBy { order("chair") }
			.withMessageContaining("set by 'order'")
	}

	@Test
	fun timeoutAroundACallWithAScopeStopsIt() {
		assertThatExceptionOfType(TimeoutCancellationException::class.java)
			.isThrownBy { runBlocking { withTimeout(100.milliseconds) { stockFromCoroutine("chair") } } }
			.withMessageContaining("100 ms")
		assertThat(warehouse.isBusy()).isFalse()
	}

	@Test
	fun scopeReportsItsDeadlineToTheCoroutine() {
		assertThatExceptionOfType(DeadlineExceededException::class.java)
			.isThrownBy { runBlocking { stockFromCoroutine("chair") } }
	}

	@Test
	fun allReturnWhatComesInTime() {
		warehouse.answer(3)
		warehouse.answer(4)
		warehouse.answer(5)

		assertThat(runBlocking { stockWithinTimeout("chair") }).isEqualTo(3)
		assertThat(stock("chair")).isEqualTo(4)
		assertThat(runBlocking { stockFromCoroutine("chair") }).isEqualTo(5)
	}

}
