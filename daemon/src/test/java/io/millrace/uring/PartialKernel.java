package io.millrace.uring;

import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * A kernel of which a test plays some calls: the public methods of an object that have the name and
 * the parameters of one of {@link Kernel}'s. Every other call answers -ENOSYS.
 */
public final class PartialKernel {
  private PartialKernel() {}

  public static Kernel of(Object player) {
    return (Kernel)
        Proxy.newProxyInstance(
            Kernel.class.getClassLoader(),
            new Class<?>[] {Kernel.class},
            (proxy, method, arguments) -> play(player, method, arguments));
  }

  private static Object play(Object player, Method call, Object @Nullable [] arguments)
      throws Throwable {
    Method played;
    try {
      played = player.getClass().getMethod(call.getName(), call.getParameterTypes());
    } catch (NoSuchMethodException notPlayed) {
      if (call.getName().equals("errnoName") && arguments != null) {
        return errnoName((int) arguments[0]);
      }
      return call.getReturnType() == long.class ? (Object) (-(long) Errno.ENOSYS) : -Errno.ENOSYS;
    }
    try {
      return played.invoke(player, arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause() == null ? thrown : thrown.getCause();
    }
  }

  private static String errnoName(int error) throws IllegalAccessException {
    for (Field field : Errno.class.getFields()) {
      if (field.getInt(null) == error) {
        return field.getName();
      }
    }
    return "errno " + error;
  }
}
