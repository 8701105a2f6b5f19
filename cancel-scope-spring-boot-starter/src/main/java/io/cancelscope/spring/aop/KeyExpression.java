package io.cancelscope.spring.aop;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.cancelscope.LogText;
import io.cancelscope.ScopeOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.FunctionReference;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.Projection;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.Selection;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.SimpleEvaluationContext;

/**
 * The expression of the annotation's attribute {@code key}, over the arguments of a call.
 * The developer writes the expression; the arguments are data, and nothing in them is
 * evaluated. It can read and call what the arguments have, and cannot name types, make
 * objects or find beans. Immutable.
 */
final class KeyExpression {

	private static final SpelExpressionParser PARSER = new SpelExpressionParser();

	private static final ParameterNameDiscoverer NAMES = new DefaultParameterNameDiscoverer();

	private static final Set<String> ROOT_PROPERTIES = Set.of("args", "methodName");

	private static final String EXAMPLE = "for example key = \"'order-' + #id\"";

	private final CancelScopedLocation place;

	private final String written;

	private final Expression expression;

	/** Null where the class was compiled without them. */
	private final @Nullable String @Nullable [] names;

	private final boolean constant;

	private KeyExpression(CancelScopedLocation place, String written, SpelExpression expression) {
		this.place = place;
		this.written = written;
		this.expression = expression;
		this.names = NAMES.getParameterNames(place.method());
		Set<String> used = new HashSet<>();
		check(expression.getAST(), true, used);
		this.constant = used.isEmpty();
	}

	/**
	 * Parses an expression and checks what can be checked without arguments.
	 * @param place where it is written
	 * @param written the text in the annotation, for messages
	 * @param text the text with its placeholders resolved
	 * @throws InvalidCancelScopedException if no call could evaluate it
	 */
	static KeyExpression of(CancelScopedLocation place, String written, String text) {
		try {
			return new KeyExpression(place, written, PARSER.parseRaw(text));
		}
		catch (ParseException | IllegalStateException ex) {
			throw InvalidCancelScopedException.of(place, "key", quoted(written),
					"which is not an expression: " + ex.getMessage(), "Correct the expression, " + EXAMPLE + ".", ex);
		}
	}

	/** Whether each call has the same key. */
	boolean isConstant() {
		return this.constant;
	}

	/**
	 * Adds the key that is the same for each call.
	 * @throws InvalidCancelScopedException if there is none
	 */
	ScopeOptions addTo(ScopeOptions options) {
		try {
			return options.withKey(evaluate(new Object[0]));
		}
		catch (RuntimeException ex) {
			throw InvalidCancelScopedException.of(this.place, "key", quoted(this.written),
					"which cannot be evaluated: " + ex.getMessage(), "Correct the expression, " + EXAMPLE + ".", ex);
		}
	}

	/**
	 * Adds the key of a call.
	 * @throws IllegalStateException if it can't be determined; the call must not begin
	 * then
	 */
	ScopeOptions addTo(ScopeOptions options, @Nullable Object[] arguments) {
		try {
			return options.withKey(evaluate(arguments));
		}
		catch (RuntimeException ex) {
			throw new IllegalStateException("Could not determine the key of a scope: " + this.place + " has key = "
					+ quoted(this.written) + ": " + text(ex) + ". The method was not called. Correct the expression, "
					+ EXAMPLE + "; null is no key.", ex);
		}
	}

	/** What an argument says may hold anything, and is in the cause. */
	private static String text(RuntimeException ex) {
		boolean ours = ex instanceof EvaluationException || ex instanceof IllegalArgumentException;
		return ours ? LogText.of(ex.getMessage()) : ex.getClass().getName();
	}

	private @Nullable String evaluate(@Nullable Object[] arguments) {
		SimpleEvaluationContext context = SimpleEvaluationContext.forReadOnlyDataBinding()
			.withInstanceMethods()
			.withRootObject(new Call(arguments, this.place.method().getName()))
			.build();
		for (int i = 0; i < arguments.length; i++) {
			context.setVariable("p" + i, arguments[i]);
			context.setVariable("a" + i, arguments[i]);
			String name = (this.names != null) ? this.names[i] : null;
			if (name != null) {
				context.setVariable(name, arguments[i]);
			}
		}
		Object value = this.expression.getValue(context);
		return (value != null) ? value.toString() : null;
	}

	// Checking

	/**
	 * Checks a part of the expression.
	 * @param atRoot whether a bare name means a property of the root object there
	 */
	private void check(SpelNode node, boolean atRoot, Set<String> used) {
		if (node instanceof TypeReference || node instanceof ConstructorReference || node instanceof BeanReference
				|| node instanceof FunctionReference) {
			throw invalid("which names a type, a constructor, a bean or a function: " + node.toStringAST(),
					"Use only the arguments of the method, " + EXAMPLE + ".");
		}
		if (node instanceof VariableReference) {
			checkVariable(node.toStringAST().substring(1));
			used.add(node.toStringAST());
		}
		if (atRoot && node instanceof PropertyOrFieldReference && !ROOT_PROPERTIES.contains(node.toStringAST())) {
			throw invalid("which names '" + node.toStringAST() + "', which is neither text nor an argument",
					"Write text in single quotes and arguments with '#', " + EXAMPLE + ".");
		}
		if (atRoot && node instanceof PropertyOrFieldReference) {
			used.add(node.toStringAST());
		}
		if (atRoot && node instanceof MethodReference) {
			throw invalid("which calls '" + node.toStringAST() + "' on no argument",
					"Call methods of arguments only, for example key = \"#order.number()\".");
		}
		boolean elsewhere = node instanceof Projection || node instanceof Selection || node instanceof Indexer;
		for (int i = 0; i < node.getChildCount(); i++) {
			boolean first = i == 0 || !(node instanceof CompoundExpression);
			check(node.getChild(i), atRoot && first && !elsewhere, used);
		}
	}

	private void checkVariable(String name) {
		Set<String> known = new TreeSet<>(List.of("root", "this"));
		for (int i = 0; i < this.place.method().getParameterCount(); i++) {
			known.add("p" + i);
			known.add("a" + i);
		}
		if (this.names != null) {
			known.addAll(Arrays.asList(this.names));
		}
		if (!known.contains(name)) {
			throw invalid("which names '#" + name + "', which is no parameter of the method",
					(this.names != null || this.place.method().getParameterCount() == 0)
							? "Use one of #" + String.join(", #", known) + "."
							: "Compile the class with -parameters, or use #p0 for the first parameter.");
		}
	}

	private InvalidCancelScopedException invalid(String problem, String action) {
		return InvalidCancelScopedException.of(this.place, "key", quoted(this.written), problem, action, null);
	}

	private static String quoted(String text) {
		return '"' + text + '"';
	}

	/** The root object: what there is beside the arguments by name. */
	static final class Call {

		private final @Nullable Object[] args;

		private final String methodName;

		Call(@Nullable Object[] args, String methodName) {
			this.args = args;
			this.methodName = methodName;
		}

		public @Nullable Object[] getArgs() {
			return this.args;
		}

		public String getMethodName() {
			return this.methodName;
		}

	}

}
