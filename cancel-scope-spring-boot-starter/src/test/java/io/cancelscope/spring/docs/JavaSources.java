package io.cancelscope.spring.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import org.jspecify.annotations.Nullable;

/**
 * Parsed source files, and the classes, methods and fields in them.
 */
final class JavaSources {

	private final List<CompilationUnitTree> units = new ArrayList<>();

	private final List<Method> methods = new ArrayList<>();

	private final List<Field> fields = new ArrayList<>();

	private final Trees trees;

	private JavaSources(JavacTask task) throws IOException {
		this.trees = Trees.instance(task);
		task.parse().forEach(this.units::add);
		this.units.forEach((unit) -> new Declarations().scan(unit, null));
	}

	static JavaSources in(Path... folders) throws IOException {
		List<Path> files = new ArrayList<>();
		for (Path folder : folders) {
			try (Stream<Path> all = Files.walk(folder)) {
				all.filter((file) -> file.toString().endsWith(".java")).forEach(files::add);
			}
		}
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
			JavacTask task = (JavacTask) compiler.getTask(null, manager, null, List.of("-proc:none"), null,
					manager.getJavaFileObjectsFromPaths(files));
			return new JavaSources(task);
		}
	}

	List<CompilationUnitTree> units() {
		return this.units;
	}

	boolean isClass(String simpleName) {
		return this.methods.stream().anyMatch((method) -> method.owner.equals(simpleName))
				|| this.fields.stream().anyMatch((field) -> field.owner.equals(simpleName));
	}

	/**
	 * The methods of a class with a name; with any number of parameters if that is
	 * negative.
	 */
	List<Method> methods(String owner, String name, int parameters) {
		return this.methods.stream()
			.filter((method) -> method.owner.equals(owner) && method.name().equals(name)
					&& (parameters < 0 || method.tree.getParameters().size() == parameters))
			.toList();
	}

	/** Whether some method of that name has a parameter of a type as it is written. */
	boolean hasMethod(String name, String parameterType) {
		return this.methods.stream()
			.filter((method) -> method.name().equals(name))
			.flatMap((method) -> method.tree.getParameters().stream())
			.anyMatch((parameter) -> String.valueOf(parameter.getType()).equals(parameterType));
	}

	@Nullable ExpressionTree field(String owner, String name) {
		return this.fields.stream()
			.filter((field) -> field.owner.equals(owner) && field.tree.getName().contentEquals(name))
			.map((field) -> field.tree.getInitializer())
			.filter((value) -> value != null)
			.findFirst()
			.orElse(null);
	}

	/** The type of a field as it is written, or an empty string. */
	String typeOfField(String owner, String name) {
		return this.fields.stream()
			.filter((field) -> field.owner.equals(owner) && field.tree.getName().contentEquals(name))
			.map((field) -> String.valueOf(field.tree.getType()))
			.findFirst()
			.orElse("");
	}

	/** Such as {@code io.cancelscope.Foreign (line 42)}. */
	String place(TreePath path) {
		CompilationUnitTree unit = path.getCompilationUnit();
		long position = this.trees.getSourcePositions().getStartPosition(unit, path.getLeaf());
		return packageOf(path) + "." + outermost(path) + " (line " + unit.getLineMap().getLineNumber(position) + ")";
	}

	static String packageOf(TreePath path) {
		return String.valueOf(path.getCompilationUnit().getPackageName());
	}

	/** The simple name of the class around. */
	static String owner(TreePath path) {
		for (TreePath at = path; at != null; at = at.getParentPath()) {
			if (at.getLeaf() instanceof ClassTree type && !type.getSimpleName().isEmpty()) {
				return type.getSimpleName().toString();
			}
		}
		return "";
	}

	static String outermost(TreePath path) {
		String name = "";
		for (TreePath at = path; at != null; at = at.getParentPath()) {
			if (at.getLeaf() instanceof ClassTree type) {
				name = type.getSimpleName().toString();
			}
		}
		return name;
	}

	static @Nullable Method method(TreePath path) {
		for (TreePath at = path; at != null; at = at.getParentPath()) {
			if (at.getLeaf() instanceof MethodTree method) {
				return new Method(owner(at), method, at);
			}
		}
		return null;
	}

	/**
	 * A method, and the class that it is in.
	 */
	record Method(String owner, MethodTree tree, TreePath path) {

		String name() {
			return this.tree.getName().toString();
		}

		/** The index of a parameter, or -1. */
		int parameter(String name) {
			for (int i = 0; i < this.tree.getParameters().size(); i++) {
				if (this.tree.getParameters().get(i).getName().contentEquals(name)) {
					return i;
				}
			}
			return -1;
		}

	}

	private record Field(String owner, VariableTree tree) {

	}

	private final class Declarations extends TreePathScanner<@Nullable Void, @Nullable Void> {

		@Override
		public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
			JavaSources.this.methods.add(new Method(owner(getCurrentPath()), method, getCurrentPath()));
			return super.visitMethod(method, nothing);
		}

		@Override
		public @Nullable Void visitVariable(VariableTree variable, @Nullable Void nothing) {
			if (getCurrentPath().getParentPath().getLeaf() instanceof ClassTree) {
				JavaSources.this.fields.add(new Field(owner(getCurrentPath()), variable));
			}
			return super.visitVariable(variable, nothing);
		}

	}

}
