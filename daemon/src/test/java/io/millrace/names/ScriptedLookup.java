package io.millrace.names;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Answers as a test says; remembers what it was asked. Any thread. */
public final class ScriptedLookup implements NameLookup {
  private final Map<String, List<InetAddress>> answers = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private Runnable meanwhile = () -> {};

  /** From here on the name has these addresses; none: it is not known. */
  public synchronized void answer(String name, String... addresses) {
    answers.put(name, Arrays.stream(addresses).map(InetAddress::ofLiteral).toList());
  }

  /** Every question so far, in order. */
  public synchronized List<String> asked() {
    return List.copyOf(asked);
  }

  /** Runs while the next question is under way. */
  public synchronized void whileAsked(Runnable action) {
    meanwhile = action;
  }

  @Override
  public synchronized List<InetAddress> addresses(String name) throws UnknownHostException {
    asked.add(name);
    Runnable action = meanwhile;
    meanwhile = () -> {};
    action.run();
    List<InetAddress> addresses = answers.getOrDefault(name, List.of());
    if (addresses.isEmpty()) {
      throw new UnknownHostException(name);
    }
    return addresses;
  }
}
