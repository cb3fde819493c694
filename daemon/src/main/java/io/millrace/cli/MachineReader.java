package io.millrace.cli;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.CpuPlan;
import io.millrace.StartupException;
import io.millrace.TargetOpener;
import io.millrace.config.KernelPacing;
import io.millrace.config.SendSettings;
import io.millrace.config.StreamSettings;
import io.millrace.config.TargetSettings;
import io.millrace.config.Unresolvable;
import io.millrace.names.Answer;
import io.millrace.names.NameLookup;
import io.millrace.names.SystemLookup;
import io.millrace.shim.Kernel;
import io.millrace.stream.TargetSocket;
import io.millrace.uring.KernelProbe;
import io.millrace.uring.RingUnavailableException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a {@link Machine} is made of: the only part of {@code doctor} that looks at the real
 * one.
 */
final class MachineReader {
  private static final String DISABLED = "proc/sys/kernel/io_uring_disabled";
  private static final String STATUS = "proc/self/status";
  private static final String MEMINFO = "proc/meminfo";
  private static final String SEND_BUFFER_MAX = "proc/sys/net/core/wmem_max";
  private static final String ISOLATED = "sys/devices/system/cpu/isolated";
  private static final String NOHZ_FULL = "sys/devices/system/cpu/nohz_full";

  private static final int DECIMAL = 10;
  private static final int HEX = 16;

  private final Kernel kernel;
  private final Path root;

  /**
   * A reader.
   *
   * @param root the folder that holds proc and sys: /, or a test's
   */
  MachineReader(Kernel kernel, Path root) {
    this.kernel = kernel;
    this.root = root;
  }

  /**
   * Looks at everything; the streams' targets are resolved and connected to, one after the other.
   *
   * @param unresolvable what a name without an address is to a start
   */
  Machine read(SendSettings send, Unresolvable unresolvable, List<StreamSettings> streams) {
    List<Machine.Route> routes = routes(send, unresolvable, streams);
    return new Machine(
        rings(send.combineFlagBit()),
        new Machine.Capabilities(capabilities()),
        limit(kernel::limitMemlock, Limit.SOFT),
        hugePages(),
        new Machine.Cpus(CpuPlan.allowedCpus(kernel), text(ISOLATED), nohzFull()),
        limit(kernel::limitFiles, Limit.HARD),
        number(text(SEND_BUFFER_MAX)),
        routes,
        DeviceReader.devices(kernel, routes));
  }

  /** Each name is asked for once. */
  private static Function<String, Answer> names() {
    NameLookup lookup = new SystemLookup();
    Map<String, Answer> known = new HashMap<>();
    return name -> known.computeIfAbsent(name, asked -> answer(lookup, asked));
  }

  private static Answer answer(NameLookup lookup, String name) {
    try {
      return new Answer(lookup.addresses(name), null);
    } catch (UnknownHostException unknown) {
      return new Answer(List.of(), SystemLookup.UNKNOWN);
    }
  }

  private Machine.Rings rings(int combineFlagBit) {
    KernelProbe.Features features = null;
    String refusal = "";
    boolean lackOfMemory = false;
    try {
      features = KernelProbe.probe(kernel, combineFlagBit);
    } catch (RingUnavailableException refused) {
      refusal = String.valueOf(refused.getMessage());
      lackOfMemory = refused.isLackOfMemory();
    }
    return new Machine.Rings(
        System.getProperty("os.version"),
        features,
        refusal,
        lackOfMemory,
        toInt(number(text(DISABLED))),
        toInt(number(field(STATUS, "Seccomp"))),
        features == null ? null : KernelProbe.pollRefusal(kernel));
  }

  private OptionalLong capabilities() {
    return number(field(STATUS, "CapEff"), HEX);
  }

  private Machine.HugePagePool hugePages() {
    OptionalLong free = number(field(MEMINFO, "HugePages_Free"));
    OptionalLong reserved = number(field(MEMINFO, "HugePages_Rsvd"));
    return new Machine.HugePagePool(
        number(field(MEMINFO, "HugePages_Total")),
        free.isPresent() && reserved.isPresent()
            ? OptionalLong.of(free.getAsLong() - reserved.getAsLong())
            : OptionalLong.empty());
  }

  /** A kernel built without CONFIG_NO_HZ_FULL has no such file, and no such CPUs. */
  private @Nullable String nohzFull() {
    String list = text(NOHZ_FULL);
    return list == null && text(ISOLATED) != null ? "" : list;
  }

  private enum Limit {
    SOFT,
    HARD
  }

  private interface LimitCall {
    int read(MemorySegment soft, MemorySegment hard);
  }

  private static long limit(LimitCall call, Limit which) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment soft = arena.allocate(JAVA_LONG);
      MemorySegment hard = arena.allocate(JAVA_LONG);
      int result = call.read(soft, hard);
      // getrlimit(2) fails for a bad pointer or resource only.
      assert result >= 0 : "getrlimit: errno " + -result;
      return (which == Limit.SOFT ? soft : hard).get(JAVA_LONG, 0);
    }
  }

  private List<Machine.Route> routes(
      SendSettings send, Unresolvable unresolvable, List<StreamSettings> streams) {
    Function<String, Answer> names = names();
    TargetOpener opener = new TargetOpener(kernel, send, names, Unresolvable.FAIL);
    List<Machine.Route> routes = new ArrayList<>();
    for (StreamSettings stream : streams) {
      for (TargetSettings target : stream.targets()) {
        boolean waits =
            unresolvable == Unresolvable.RETRY
                && target.to().isName()
                && !names.apply(target.to().host()).isUsable();
        routes.add(route(opener, stream, target, waits));
      }
    }
    return routes;
  }

  private static Machine.Route route(
      TargetOpener opener, StreamSettings stream, TargetSettings target, boolean waits) {
    int datagramBytes = stream.source().datagramBytes();
    try (TargetSocket socket = opener.open(stream, target)) {
      int mtu = Math.max(0, socket.mtu());
      return new Machine.Route(
          stream.name(),
          target.label(),
          datagramBytes,
          socket.ipv6(),
          mtu,
          stream.pace().kernel(),
          DeviceReader.name(socket.device()),
          null);
    } catch (StartupException refused) {
      return new Machine.Route(
          stream.name(),
          target.label(),
          datagramBytes,
          false,
          0,
          KernelPacing.NONE,
          null,
          refused.getMessage(),
          waits);
    }
  }

  /** The value behind {@code NAME:} in a file of such lines; null where there is none. */
  private @Nullable String field(String file, String name) {
    String text = text(file);
    if (text == null) {
      return null;
    }
    return text.lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse(null);
  }

  /** The file's text; null where it can't be read. */
  private @Nullable String text(String file) {
    try {
      return Files.readString(root.resolve(file)).strip();
    } catch (IOException hidden) {
      return null;
    }
  }

  private static OptionalLong number(@Nullable String text) {
    return number(text, DECIMAL);
  }

  private static OptionalLong number(@Nullable String text, int radix) {
    try {
      return text == null
          ? OptionalLong.empty()
          : OptionalLong.of(Long.parseUnsignedLong(text, radix));
    } catch (NumberFormatException strange) {
      return OptionalLong.empty();
    }
  }

  private static OptionalInt toInt(OptionalLong number) {
    return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
  }
}
