package io.cancelscope.spring;

import java.util.Arrays;
import java.util.Map;

import org.springframework.asm.ClassWriter;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;

/**
 * Classes with the names of a library's, as another version may have them: without the
 * members that the starter relies on.
 */
public final class FakeClass {

	private FakeClass() {
	}

	/**
	 * Makes a class with nothing but a constructor. Calls of its interfaces' methods
	 * fail.
	 */
	public static Class<?> of(String name, Class<?>... interfaces) {
		return new Loader(interfaces).define(name, code(name, interfaces));
	}

	public static Object instanceOf(String name, Class<?>... interfaces) throws ReflectiveOperationException {
		return of(name, interfaces).getConstructor().newInstance();
	}

	/** Makes an interface without methods. */
	public static Class<?> interfaceOf(String name) {
		return withConstants(name, Map.of());
	}

	/** Makes an interface with constants. */
	public static Class<?> withConstants(String name, Map<String, Integer> constants) {
		ClassWriter writer = new ClassWriter(0);
		writer.visit(Opcodes.V17, Opcodes.ACC_PUBLIC | Opcodes.ACC_INTERFACE | Opcodes.ACC_ABSTRACT,
				name.replace('.', '/'), null, "java/lang/Object", null);
		constants.forEach((constant, value) -> writer
			.visitField(Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC | Opcodes.ACC_FINAL, constant, "I", null, value)
			.visitEnd());
		writer.visitEnd();
		return new Loader().define(name, writer.toByteArray());
	}

	private static byte[] code(String name, Class<?>... interfaces) {
		ClassWriter writer = new ClassWriter(0);
		writer.visit(Opcodes.V17, Opcodes.ACC_PUBLIC | Opcodes.ACC_SUPER, name.replace('.', '/'), null,
				"java/lang/Object",
				Arrays.stream(interfaces).map((type) -> type.getName().replace('.', '/')).toArray(String[]::new));
		MethodVisitor constructor = writer.visitMethod(Opcodes.ACC_PUBLIC, "<init>", "()V", null, null);
		constructor.visitCode();
		constructor.visitVarInsn(Opcodes.ALOAD, 0);
		constructor.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
		constructor.visitInsn(Opcodes.RETURN);
		constructor.visitMaxs(1, 1);
		constructor.visitEnd();
		writer.visitEnd();
		return writer.toByteArray();
	}

	/** Knows nothing of the library's real classes. */
	private static final class Loader extends ClassLoader {

		private final Class<?>[] known;

		Loader(Class<?>... known) {
			super(ClassLoader.getPlatformClassLoader());
			this.known = known;
		}

		Class<?> define(String name, byte[] code) {
			return defineClass(name, code, 0, code.length);
		}

		@Override
		protected Class<?> findClass(String name) throws ClassNotFoundException {
			return Arrays.stream(this.known)
				.filter((type) -> type.getName().equals(name))
				.findFirst()
				.orElseThrow(() -> new ClassNotFoundException(name));
		}

	}

}
