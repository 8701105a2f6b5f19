package io.cancelscope.spring.request;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.http.MediaType;
import org.springframework.util.MimeTypeUtils;

import static org.assertj.core.api.Assertions.assertThat;

class AnswerFormatTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "none", textBlock = """
			none                                                                       | JSON
			*/*                                                                        | JSON
			application/json, text/plain, */*                                          | JSON
			application/problem+json                                                   | JSON
			application/vnd.shop.v2+json                                               | JSON
			application/*                                                              | JSON
			application/*+json                                                         | JSON
			image/png                                                                  | JSON
			text/plain                                                                 | JSON
			text/html                                                                  | PAGE
			text/*                                                                     | PAGE
			text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8 | PAGE
			application/xhtml+xml                                                      | JSON
			application/json;q=0.5, text/html                                          | PAGE
			application/json, text/html;q=0.9                                          | JSON
			text/html;q=0                                                              | JSON
			application/xml                                                            | XML
			text/xml                                                                   | XML
			application/problem+xml                                                    | XML
			application/soap+xml, */*;q=0.1                                            | XML
			""")
	void firstFormatThatIsNamedIsPreferred(String accept, AnswerFormat format) {
		List<MediaType> accepted = new ArrayList<>(MediaType.parseMediaTypes(accept));
		MimeTypeUtils.sortBySpecificity(accepted);

		assertThat(AnswerFormat.preferredIn(accepted)).isEqualTo(format);
	}

}
