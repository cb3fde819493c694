package io.millrace.cli;

import io.millrace.shim.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Reads what {@code doctor} has to know of network interfaces. Any thread. */
final class DeviceReader {
  /** IFNAMSIZ of the kernel, which is that of its kinds of qdisc too. */
  private static final int NAME_BYTES = 16;

  private DeviceReader() {}

  /**
   * An interface's name; null where there is none.
   *
   * @param index or -errno
   */
  static @Nullable String name(int index) {
    try {
      NetworkInterface found = index > 0 ? NetworkInterface.getByIndex(index) : null;
      return found == null ? null : found.getName();
    } catch (SocketException gone) {
      return null;
    }
  }

  /** The interfaces of routes, each once, in their order. */
  static List<Machine.Device> devices(Kernel kernel, List<Machine.Route> routes) {
    return routes.stream()
        .map(Machine.Route::device)
        .filter(Objects::nonNull)
        .distinct()
        .map(name -> device(kernel, name))
        .toList();
  }

  private static Machine.Device device(Kernel kernel, String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment kind = arena.allocate(NAME_BYTES);
      boolean known = kernel.deviceQdisc(index(name), kind, NAME_BYTES) >= 0;
      int segments = kernel.deviceSegments(arena.allocateFrom(name));
      return new Machine.Device(
          name,
          known ? kind.getString(0) : null,
          segments < 0 ? OptionalInt.empty() : OptionalInt.of(segments));
    }
  }

  private static int index(String name) {
    try {
      NetworkInterface found = NetworkInterface.getByName(name);
      return found == null ? 0 : found.getIndex();
    } catch (SocketException gone) {
      return 0;
    }
  }
}
