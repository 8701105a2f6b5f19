package io.cancelscope.spring.docs;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import javax.lang.model.element.Modifier;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import org.jspecify.annotations.Nullable;

/**
 * All texts that sources log as a warning or an error. A text that is handed to a method
 * which logs it is looked for where that method is called. Text that cannot be found out
 * is reported, so that none is missed.
 */
final class Warnings {

	private static final Set<String> LEVELS = Set.of("WARNING", "ERROR");

	private static final Set<String> LOWER_LEVELS = Set.of("INFO", "DEBUG", "TRACE");

	/** Gives each text to the logger, and makes none. */
	private static final Set<String> LOGS = Set.of("OneLineLog", "Foreign");

	private final JavaSources sources;

	/** Methods that log one of their parameters. */
	private final Set<Sink> sinks = new LinkedHashSet<>();

	private final Map<String, MessageText> texts = new LinkedHashMap<>();

	private final List<String> unreadable = new ArrayList<>();

	private final Set<String> loggers = new TreeSet<>();

	private Warnings(JavaSources sources) {
		this.sources = sources;
	}

	static Warnings in(JavaSources sources) {
		Warnings warnings = new Warnings(sources);
		Set<Sink> before;
		do {
			before = new HashSet<>(warnings.sinks);
			warnings.texts.clear();
			warnings.unreadable.clear();
			for (CompilationUnitTree unit : sources.units()) {
				warnings.new Calls().scan(unit, null);
			}
		}
		while (!before.equals(warnings.sinks));
		return warnings;
	}

	/** The texts by the place where each is logged or handed on. */
	Map<String, MessageText> texts() {
		return this.texts;
	}

	/** The places whose text cannot be found out. */
	List<String> unreadable() {
		return this.unreadable;
	}

	/** The classes that have a logger. */
	Set<String> loggers() {
		return this.loggers;
	}

	private void found(ExpressionTree text, TreePath place) {
		if (LOGS.contains(JavaSources.owner(place)) && isPassedOn(place)) {
			return;
		}
		MessageReader reader = new MessageReader(this.sources, place);
		MessageText read = reader.read(text, place);
		JavaSources.Method around = JavaSources.method(place);
		if (read.isKnown()) {
			this.texts.put(this.sources.place(place), read);
		}
		else if (around != null && !reader.parameters().isEmpty()) {
			reader.parameters().forEach((index) -> this.sinks.add(Sink.of(around, index)));
		}
		else {
			this.unreadable.add(this.sources.place(place) + ": " + text);
		}
	}

	/**
	 * Foreign.log and OneLineLog.warn are where this begins: their callers are looked at
	 * anyway.
	 */
	private static boolean isPassedOn(TreePath place) {
		JavaSources.Method around = JavaSources.method(place);
		return around != null && Set.of("log", "logWithoutCause", "warn").contains(around.name());
	}

	/**
	 * A parameter that a method logs.
	 */
	private record Sink(String pack, String owner, String method, int parameters, int index, boolean hidden,
			boolean byClass) {

		static Sink of(JavaSources.Method method, int index) {
			return new Sink(JavaSources.packageOf(method.path()), method.owner(), method.name(),
					method.tree().getParameters().size(), index, !is(method.tree(), Modifier.PUBLIC),
					is(method.tree(), Modifier.STATIC));
		}

		private static boolean is(MethodTree method, Modifier modifier) {
			return method.getModifiers().getFlags().contains(modifier);
		}

		/**
		 * A call by a variable is taken for one if name, number of arguments and package
		 * fit.
		 */
		boolean isCalled(MethodInvocationTree call, TreePath place, JavaSources sources) {
			if (call.getArguments().size() != this.parameters) {
				return false;
			}
			if (call.getMethodSelect() instanceof IdentifierTree name) {
				return name.getName().contentEquals(this.method) && isWithin(place);
			}
			if (!(call.getMethodSelect() instanceof MemberSelectTree member)
					|| !member.getIdentifier().contentEquals(this.method)) {
				return false;
			}
			String on = member.getExpression().toString();
			if (on.equals("this")) {
				return isWithin(place);
			}
			return sources.isClass(on) ? on.equals(this.owner)
					: !this.byClass && (!this.hidden || this.pack.equals(JavaSources.packageOf(place)));
		}

		private boolean isWithin(TreePath place) {
			return this.pack.equals(JavaSources.packageOf(place))
					&& (this.owner.equals(JavaSources.owner(place)) || this.owner.equals(JavaSources.outermost(place)));
		}

	}

	private final class Calls extends TreePathScanner<@Nullable Void, @Nullable Void> {

		@Override
		public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void nothing) {
			ExpressionTree called = call.getMethodSelect();
			if (called instanceof MemberSelectTree member) {
				visit(call, member);
			}
			else if (called.toString().equals("log")) {
				atLevel(call);
			}
			for (Sink sink : Set.copyOf(Warnings.this.sinks)) {
				if (sink.isCalled(call, getCurrentPath(), Warnings.this.sources)) {
					found(call.getArguments().get(sink.index), getCurrentPath());
				}
			}
			return super.visitMethodInvocation(call, nothing);
		}

		private void visit(MethodInvocationTree call, MemberSelectTree member) {
			String name = member.getIdentifier().toString();
			String on = member.getExpression().toString();
			switch (name) {
				case "getLogger", "getLog" -> Warnings.this.loggers.add(JavaSources.outermost(getCurrentPath()));
				case "warn" -> {
					if (!Warnings.this.sources.isClass(on)) {
						found(call.getArguments().get(0), getCurrentPath());
					}
				}
				case "log" -> atLevel(call);
				case "accept" -> {
					if (typeOf(on).equals("Consumer<String>")) {
						found(call.getArguments().get(0), getCurrentPath());
					}
				}
				default -> {
				}
			}
		}

		/** System.Logger, and what is called like it. */
		private void atLevel(MethodInvocationTree call) {
			List<? extends ExpressionTree> arguments = call.getArguments();
			String first = arguments.isEmpty() ? "" : arguments.get(0).toString();
			String level = first.substring(first.lastIndexOf('.') + 1);
			if (LEVELS.contains(level)) {
				found(arguments.get(1), getCurrentPath());
			}
			else if (!LOWER_LEVELS.contains(level) && arguments.size() > 1 && arguments.get(0) instanceof IdentifierTree
					&& !LOGS.contains(JavaSources.owner(getCurrentPath()))) {
				Warnings.this.unreadable.add(Warnings.this.sources.place(getCurrentPath()) + ": the level of " + call);
			}
		}

		/**
		 * A text handed on as {@code logger::warn} ends in a {@code Consumer<String>},
		 * see above.
		 */
		@Override
		public @Nullable Void visitMemberReference(MemberReferenceTree reference, @Nullable Void nothing) {
			if (reference.getName().contentEquals("warn")) {
				Tree around = getCurrentPath().getParentPath().getLeaf();
				if (!(around instanceof MethodInvocationTree call) || !takesStrings(call)) {
					Warnings.this.unreadable.add(Warnings.this.sources.place(getCurrentPath()) + ": " + around);
				}
			}
			return super.visitMemberReference(reference, nothing);
		}

		private boolean takesStrings(MethodInvocationTree call) {
			String called = call.getMethodSelect().toString();
			return Warnings.this.sources.hasMethod(called.substring(called.lastIndexOf('.') + 1), "Consumer<String>");
		}

		/** The type of a parameter or field as it is written. */
		private String typeOf(String variable) {
			JavaSources.Method around = JavaSources.method(getCurrentPath());
			int parameter = (around != null) ? around.parameter(variable) : -1;
			if (around != null && parameter >= 0) {
				return String.valueOf(around.tree().getParameters().get(parameter).getType());
			}
			return Warnings.this.sources.typeOfField(JavaSources.owner(getCurrentPath()),
					variable.replace("this.", ""));
		}

	}

}
