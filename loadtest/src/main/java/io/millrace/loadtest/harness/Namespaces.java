package io.millrace.loadtest.harness;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Network namespaces of our own and veth links between them; {@link #close()} removes them with all
 * that is in them. Needs root and {@code ip}. Owned by one thread.
 */
public final class Namespaces implements AutoCloseable {
  private static final Pattern MAC = Pattern.compile("link/ether ([0-9a-f:]+)");

  private final String prefix = "millrace-" + ProcessHandle.current().pid() + "-";
  private final List<String> namespaces = new ArrayList<>();
  private final List<List<String>> commands = new ArrayList<>();

  /**
   * Nothing yet.
   *
   * @throws HarnessException without root or {@code ip}
   */
  public Namespaces() {
    if (!ManagedProcess.run(List.of("id", "-u")).equals("0")) {
      throw new HarnessException("network namespaces need root");
    }
    if (!hasTool("ip")) {
      throw new HarnessException("missing tool: apt-get install -y iproute2");
    }
  }

  public static boolean hasTool(String tool) {
    for (String folder : List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin")) {
      if (Files.isExecutable(Path.of(folder, tool))) {
        return true;
      }
    }
    return false;
  }

  /** Makes one, and returns its full name. */
  public String add(String name) {
    String namespace = prefix + name;
    step("ip", "netns", "add", namespace);
    namespaces.add(namespace);
    step("ip", "-n", namespace, "link", "set", "lo", "up");
    return namespace;
  }

  /** Joins two by a veth pair that is up. */
  public void link(String from, String fromDevice, String to, String toDevice, int mtu) {
    String size = String.valueOf(mtu);
    step(
        "ip link add %s netns %s mtu %s type veth peer name %s netns %s mtu %s"
            .formatted(fromDevice, from, size, toDevice, to, size)
            .split(" ", -1));
    step("ip", "-n", from, "link", "set", fromDevice, "up");
    step("ip", "-n", to, "link", "set", toDevice, "up");
  }

  /** Gives a device an address, such as {@code 10.0.0.1/24}. */
  public void address(String namespace, String device, String address) {
    step("ip", "-n", namespace, "address", "add", address, "dev", device);
  }

  public String macOf(String namespace, String device) {
    String link = ManagedProcess.run(List.of("ip", "-n", namespace, "link", "show", device));
    Matcher matcher = MAC.matcher(link);
    if (!matcher.find()) {
      throw new HarnessException("no MAC address in: " + link);
    }
    return matcher.group(1);
  }

  /** Runs a command in one, as a part of the set-up. */
  public void inside(String namespace, String... command) {
    commands.add(insideOf(namespace, command));
    ask(namespace, command);
  }

  /** Runs a command in one, and returns what it printed. */
  public static String ask(String namespace, String... command) {
    return ManagedProcess.run(insideOf(namespace, command));
  }

  private static List<String> insideOf(String namespace, String... command) {
    List<String> all = new ArrayList<>(prefix(namespace));
    all.addAll(List.of(command));
    return all;
  }

  /** Runs a command that belongs to the set-up. */
  public void step(String... command) {
    commands.add(List.of(command));
    ManagedProcess.run(List.of(command));
  }

  /** What runs a command inside. */
  public static List<String> prefix(String namespace) {
    return List.of("ip", "netns", "exec", namespace);
  }

  /** What was run to build it, for the record. */
  public List<String> commands() {
    return commands.stream().map(command -> String.join(" ", command)).toList();
  }

  @Override
  public void close() {
    for (String namespace : namespaces) {
      if (Files.exists(Path.of("/run/netns", namespace))) {
        ManagedProcess.run(List.of("ip", "netns", "delete", namespace));
      }
    }
  }
}
