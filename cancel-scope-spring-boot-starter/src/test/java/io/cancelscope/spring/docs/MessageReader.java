package io.cancelscope.spring.docs;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompoundAssignmentTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.ReturnTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreeScanner;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of a message out of the expression that makes it, also where that is a
 * variable, a constant, a lambda or a method of the library. What it cannot read is a
 * gap.
 */
final class MessageReader {

	private static final int DEEPEST = 12;

	private final JavaSources sources;

	/** The parameters of the method around that are part of the text. */
	private final Set<Integer> parameters = new HashSet<>();

	private final JavaSources.@Nullable Method around;

	MessageReader(JavaSources sources, TreePath place) {
		this.sources = sources;
		this.around = JavaSources.method(place);
	}

	Set<Integer> parameters() {
		return this.parameters;
	}

	MessageText read(Tree expression, TreePath place) {
		return read(expression, place, 0);
	}

	private MessageText read(@Nullable Tree tree, TreePath place, int depth) {
		if (tree == null || depth > DEEPEST) {
			return MessageText.GAP;
		}
		int next = depth + 1;
		if (tree instanceof LiteralTree literal) {
			return (literal.getValue() != null) ? MessageText.literal(String.valueOf(literal.getValue()))
					: MessageText.GAP;
		}
		if (tree instanceof ParenthesizedTree inner) {
			return read(inner.getExpression(), place, next);
		}
		if (tree instanceof BinaryTree sum) {
			// A long text is a deep tree, so adding up does not count.
			return (sum.getKind() == Tree.Kind.PLUS)
					? read(sum.getLeftOperand(), place, depth).and(read(sum.getRightOperand(), place, depth))
					: MessageText.GAP;
		}
		if (tree instanceof ConditionalExpressionTree choice) {
			return MessageText.oneOf(List.of(read(choice.getTrueExpression(), place, next),
					read(choice.getFalseExpression(), place, next)));
		}
		if (tree instanceof LambdaExpressionTree lambda) {
			return (lambda.getBodyKind() == LambdaExpressionTree.BodyKind.EXPRESSION)
					? read(lambda.getBody(), place, next) : returned(lambda.getBody(), place, next);
		}
		if (tree instanceof MemberReferenceTree reference) {
			return method(JavaSources.owner(place), reference.getName().toString(), -1, next);
		}
		if (tree instanceof IdentifierTree name) {
			return variable(name.getName().toString(), place, next);
		}
		if (tree instanceof MemberSelectTree member) {
			ExpressionTree constant = this.sources.field(member.getExpression().toString(),
					member.getIdentifier().toString());
			return read(constant, place, next);
		}
		return (tree instanceof MethodInvocationTree call) ? call(call, place, next) : MessageText.GAP;
	}

	private MessageText variable(String name, TreePath place, int depth) {
		JavaSources.Method method = JavaSources.method(place);
		if (method != null) {
			Local local = new Local(name);
			local.scan(method.tree(), null);
			if (local.declaration != null && local.declaration.getInitializer() != null) {
				return local.changed ? MessageText.GAP : read(local.declaration.getInitializer(), place, depth);
			}
			int parameter = method.parameter(name);
			if (parameter >= 0) {
				if (this.around != null && method.tree() == this.around.tree()) {
					this.parameters.add(parameter);
				}
				return MessageText.GAP;
			}
		}
		ExpressionTree constant = this.sources.field(JavaSources.owner(place), name);
		return (constant instanceof MethodInvocationTree) ? MessageText.GAP : read(constant, place, depth);
	}

	private MessageText call(MethodInvocationTree call, TreePath place, int depth) {
		ExpressionTree called = call.getMethodSelect();
		if (called instanceof IdentifierTree name) {
			return method(JavaSources.owner(place), name.getName().toString(), call.getArguments().size(), depth);
		}
		if (!(called instanceof MemberSelectTree member)) {
			return MessageText.GAP;
		}
		String on = member.getExpression().toString();
		String name = member.getIdentifier().toString();
		if (name.equals("get") && call.getArguments().isEmpty() && member.getExpression() instanceof IdentifierTree) {
			return variable(on, place, depth);
		}
		if (on.equals("LogText")) {
			return read(call.getArguments().get(0), place, depth);
		}
		return method(on.equals("this") ? JavaSources.owner(place) : on, name, call.getArguments().size(), depth);
	}

	/** What a method of the library returns. */
	private MessageText method(String owner, String name, int parameters, int depth) {
		List<JavaSources.Method> found = this.sources.methods(owner, name, parameters);
		return (found.size() == 1) ? returned(found.get(0).tree(), found.get(0).path(), depth) : MessageText.GAP;
	}

	private MessageText returned(Tree body, TreePath place, int depth) {
		List<MessageText> texts = new ArrayList<>();
		new TreeScanner<@Nullable Void, @Nullable Void>() {

			@Override
			public @Nullable Void visitReturn(ReturnTree result, @Nullable Void nothing) {
				texts.add(read(result.getExpression(), place, depth));
				return null;
			}

			@Override
			public @Nullable Void visitLambdaExpression(LambdaExpressionTree lambda, @Nullable Void nothing) {
				return (lambda.getBody() == body) ? super.visitLambdaExpression(lambda, nothing) : null;
			}

		}.scan(body, null);
		return texts.isEmpty() ? MessageText.GAP : MessageText.oneOf(texts);
	}

	/** A local variable, and whether something is assigned to it later. */
	private static final class Local extends TreeScanner<@Nullable Void, @Nullable Void> {

		private final String name;

		private @Nullable VariableTree declaration;

		private boolean changed;

		private Local(String name) {
			this.name = name;
		}

		@Override
		public @Nullable Void visitVariable(VariableTree variable, @Nullable Void nothing) {
			if (variable.getName().contentEquals(this.name) && variable.getInitializer() != null) {
				this.declaration = variable;
			}
			return super.visitVariable(variable, nothing);
		}

		@Override
		public @Nullable Void visitAssignment(AssignmentTree assignment, @Nullable Void nothing) {
			this.changed |= assignment.getVariable().toString().equals(this.name);
			return super.visitAssignment(assignment, nothing);
		}

		@Override
		public @Nullable Void visitCompoundAssignment(CompoundAssignmentTree assignment, @Nullable Void nothing) {
			this.changed |= assignment.getVariable().toString().equals(this.name);
			return super.visitCompoundAssignment(assignment, nothing);
		}

	}

}
