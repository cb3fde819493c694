package io.millrace.sim;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.util.Arrays;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Loads all of Millrace anew, with one bug planted into it. */
final class MutantLoader extends ClassLoader {
  private static final String OURS = "io.millrace.";

  private final @Nullable Mutant mutant;

  /** With no mutant, the same code as everywhere. */
  MutantLoader(@Nullable Mutant mutant) {
    super(MutantLoader.class.getClassLoader());
    this.mutant = mutant;
  }

  /** Runs seeds: what broke, or null. */
  @SuppressWarnings("unchecked")
  LongFunction<@Nullable String> runner() {
    try {
      return (LongFunction<@Nullable String>)
          loadClass(SeedRunner.class.getName()).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError(impossible.getMessage(), impossible);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      if (!name.startsWith(OURS)) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream stream = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (stream == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = stream.readAllBytes();
      byte[] changed =
          mutant != null && name.equals(mutant.className()) ? mutate(bytes, mutant) : bytes;
      return defineClass(name, changed, 0, changed.length);
    } catch (IOException failure) {
      throw new ClassNotFoundException(name, failure);
    }
  }

  private byte[] mutate(byte[] bytes, Mutant bug) {
    ClassFile classFile =
        ClassFile.of(
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(getParent())));
    ClassModel model = classFile.parse(bytes);
    byte[] same = classFile.transformClass(model, ClassTransform.ACCEPT_ALL);
    byte[] changed =
        classFile.transformClass(
            model,
            ClassTransform.transformingMethodBodies(
                method -> method.methodName().equalsString(bug.method()), bug));
    if (Arrays.equals(same, changed)) {
      throw new AssertionError(bug + " has no place in the code any more: adapt it");
    }
    return changed;
  }
}
