package io.millrace.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Signals of the process. The JDK's supported hook, a shutdown hook, comes too late to choose the
 * exit code (a JVM ended by SIGTERM exits with 143), and SIGHUP would end the process; so this uses
 * sun.misc.Signal of the module jdk.unsupported, by reflection, because javac's warning about it
 * can't be switched off.
 */
final class Signals {
  private static final int KILLED_BY_SIGNAL = 128;
  private static final int SIGINT = 2;
  private static final int SIGTERM = 15;

  private Signals() {}

  /** Runs the action at the first SIGTERM or SIGINT; another one ends the process at once. */
  static void onStop(Runnable action) {
    AtomicBoolean stopping = new AtomicBoolean();
    handle("TERM", () -> stop(stopping, SIGTERM, action));
    handle("INT", () -> stop(stopping, SIGINT, action));
  }

  private static void stop(AtomicBoolean stopping, int signal, Runnable action) {
    if (stopping.getAndSet(true)) {
      System.err.println(
          "millrace: told to stop again: ending at once; nobody knows what became of the datagrams"
              + " in flight");
      Runtime.getRuntime().halt(KILLED_BY_SIGNAL + signal);
    }
    action.run();
  }

  /** Runs the action, which ends the process, at SIGINT, SIGTERM or SIGHUP. */
  static void onEnd(Runnable action) {
    handle("INT", action);
    handle("TERM", action);
    handle("HUP", action);
  }

  /** Runs the action at every SIGHUP. */
  static void onHangUp(Runnable action) {
    handle("HUP", action);
  }

  /** {@code Signal.handle(new Signal(name), signal -> action.run())}. */
  private static void handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler onCall =
          (proxy, method, arguments) -> {
            if (method.getName().equals("handle")) {
              action.run();
            }
            return null;
          };
      Object proxy =
          Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, onCall);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException missing) {
      throw new IllegalStateException("this JDK lacks the module jdk.unsupported", missing);
    }
  }
}
