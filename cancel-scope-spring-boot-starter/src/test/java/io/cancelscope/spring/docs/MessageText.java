package io.cancelscope.spring.docs;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The text of a message as its source has it: literals, and gaps for what is known only
 * when it is made.
 *
 * @param regex what the message can look like
 * @param shown the text with {@code …} for each gap
 * @param fixedLetters how many letters are in every such message
 */
record MessageText(String regex, String shown, int fixedLetters) {

	private static final int ENOUGH = 12;

	static final MessageText GAP = new MessageText(".*", "…", 0);

	static final MessageText EMPTY = new MessageText("", "", 0);

	static MessageText literal(String text) {
		return new MessageText(Pattern.quote(text), text, (int) text.chars().filter(Character::isLetter).count());
	}

	static MessageText oneOf(List<MessageText> texts) {
		if (texts.size() == 1) {
			return texts.get(0);
		}
		String all = texts.stream().map(MessageText::regex).collect(Collectors.joining("|", "(?:", ")"));
		return new MessageText(all, texts.stream().map(MessageText::shown).collect(Collectors.joining("|", "{", "}")),
				texts.stream().mapToInt(MessageText::fixedLetters).min().orElse(0));
	}

	MessageText and(MessageText next) {
		return new MessageText(this.regex + next.regex, this.shown + next.shown, this.fixedLetters + next.fixedLetters);
	}

	/** Whether enough is fixed to tell the message from others. */
	boolean isKnown() {
		return this.fixedLetters >= ENOUGH;
	}

	boolean fits(String message) {
		return Pattern.compile(this.regex, Pattern.DOTALL).matcher(message).matches();
	}

}
