package io.cancelscope.slices;

import io.cancelscope.ScopeCancelledException;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.data.jdbc.test.autoconfigure.DataJdbcTest;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.jdbc.Sql;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * {@code @DataJdbcTest}: transactions know of scopes.
 */
@DataJdbcTest
@Import(Bookings.class)
@Transactional(propagation = Propagation.NOT_SUPPORTED)
@Sql(statements = { "drop table if exists booking", "create table booking (id int)" })
class DataJdbcSliceTests {

	@Autowired
	Bookings bookings;

	@Test
	void beanIsWovenAndInjected() {
		assertThat(this.bookings.book()).isEqualTo("Bookings.book");
	}

	@Test
	void cancelledTransactionIsRolledBack(@Autowired JdbcTemplate database) {
		assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(this.bookings::bookAndCancel);

		assertThat(database.queryForObject("select count(*) from booking", Integer.class)).isZero();
	}

}
