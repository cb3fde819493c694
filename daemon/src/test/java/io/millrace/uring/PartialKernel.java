package io.millrace.uring;

import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A kernel of which a test plays some calls: the public methods of an object that have the name and
 * the parameters of one of {@link Kernel}'s. Every other call answers -ENOSYS, unless the interface
 * itself answers it.
 */
public final class PartialKernel {
  private PartialKernel() {}

  public static Kernel of(Object player) {
    Map<Method, Method> played = new HashMap<>();
    for (Method call : Kernel.class.getMethods()) {
      Method method = find(player, call);
      if (method != null) {
        played.put(call, method);
      }
    }
    return (Kernel)
        Proxy.newProxyInstance(
            Kernel.class.getClassLoader(),
            new Class<?>[] {Kernel.class},
            (proxy, call, arguments) -> {
              Method method = played.get(call);
              return method == null
                  ? notPlayed(proxy, call, arguments)
                  : play(player, method, arguments);
            });
  }

  private static @Nullable Method find(Object player, Method call) {
    try {
      return player.getClass().getMethod(call.getName(), call.getParameterTypes());
    } catch (NoSuchMethodException notPlayed) {
      return null;
    }
  }

  private static Object play(Object player, Method method, Object @Nullable [] arguments)
      throws Throwable {
    try {
      return method.invoke(player, arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause() == null ? thrown : thrown.getCause();
    }
  }

  private static Object notPlayed(Object proxy, Method call, Object @Nullable [] arguments)
      throws Throwable {
    if (call.isDefault()) {
      return InvocationHandler.invokeDefault(proxy, call, arguments);
    }
    if (call.getName().equals("errnoName") && arguments != null) {
      return errnoName((int) arguments[0]);
    }
    return call.getReturnType() == long.class ? (Object) (-(long) Errno.ENOSYS) : -Errno.ENOSYS;
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
