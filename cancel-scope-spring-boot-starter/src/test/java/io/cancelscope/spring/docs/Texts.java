package io.cancelscope.spring.docs;

import java.util.ArrayList;
import java.util.List;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreePathScanner;
import org.jspecify.annotations.Nullable;

/**
 * All texts of sources: each literal, or sum of texts.
 */
final class Texts extends TreePathScanner<@Nullable Void, @Nullable Void> {

	private final JavaSources sources;

	private final List<String> texts = new ArrayList<>();

	private Texts(JavaSources sources) {
		this.sources = sources;
	}

	static List<String> in(JavaSources sources) {
		Texts texts = new Texts(sources);
		for (CompilationUnitTree unit : sources.units()) {
			texts.scan(unit, null);
		}
		return texts.texts;
	}

	@Override
	public @Nullable Void visitBinary(BinaryTree sum, @Nullable Void nothing) {
		if (sum.getKind() == Tree.Kind.PLUS) {
			this.texts.add(new MessageReader(this.sources, getCurrentPath()).read(sum, getCurrentPath()).shown());
		}
		return super.visitBinary(sum, nothing);
	}

	@Override
	public @Nullable Void visitLiteral(LiteralTree literal, @Nullable Void nothing) {
		if (literal.getValue() instanceof String text) {
			this.texts.add(text);
		}
		return super.visitLiteral(literal, nothing);
	}

}
