package io.millrace.sim;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;

/** Looks into objects whose insides production code has no reason to show. */
public final class Peek {
  private static final String OURS = "io.millrace.";

  private Peek() {}

  /** The part of this type that an object has, however deep. */
  public static <T> T find(Object root, Class<T> type) {
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Object> open = new ArrayDeque<>();
    open.add(root);
    try {
      for (Object object = open.poll(); object != null; object = open.poll()) {
        if (type.isInstance(object)) {
          return type.cast(object);
        }
        for (Class<?> part = object.getClass();
            part != null && part.getName().startsWith(OURS);
            part = part.getSuperclass()) {
          for (Field field : part.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
              field.setAccessible(true);
              Object value = field.get(object);
              if (value != null && seen.add(value)) {
                open.add(value);
              }
            }
          }
        }
      }
    } catch (IllegalAccessException impossible) {
      throw new LinkageError(impossible.getMessage(), impossible);
    }
    throw new AssertionError(root.getClass() + " has no " + type);
  }

  /** An array that a field holds for good. */
  static int[] ints(Object owner, String name) {
    try {
      Field field = owner.getClass().getDeclaredField(name);
      field.setAccessible(true);
      return (int[]) field.get(owner);
    } catch (ReflectiveOperationException gone) {
      throw new LinkageError(owner.getClass() + "." + name, gone);
    }
  }

  static VarHandle longField(Class<?> owner, String name) {
    return field(owner, name, long.class);
  }

  static VarHandle intField(Class<?> owner, String name) {
    return field(owner, name, int.class);
  }

  private static VarHandle field(Class<?> owner, String name, Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(owner, MethodHandles.lookup())
          .findVarHandle(owner, name, type);
    } catch (ReflectiveOperationException gone) {
      throw new LinkageError(owner + "." + name, gone);
    }
  }
}
