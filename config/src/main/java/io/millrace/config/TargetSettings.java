package io.millrace.config;

import org.jspecify.annotations.Nullable;

/**
 * One entry of a stream's {@code targets}.
 *
 * @param label the address exactly as configured; the {@code target} label of the metrics
 * @param to where datagrams go, port 1..65535; a name isn't resolved here
 * @param socket what its socket is made like
 * @param name how the name in {@code to} is used; null = it is an address
 */
public record TargetSettings(
    String label, HostPort to, SocketSettings socket, @Nullable NameUse name) {

  /** An address or a name by itself, everything else as by default. */
  public static TargetSettings plain(String label, HostPort to, NameUse ifName) {
    return new TargetSettings(label, to, SocketSettings.DEFAULTS, to.isName() ? ifName : null);
  }

  /** Whether datagrams to both may leave by the same sockets: only the use of the name differs. */
  public boolean isSameBut(TargetSettings other) {
    return withoutUse().equals(other.withoutUse());
  }

  /** What its sockets are made from, whichever addresses they get. */
  public TargetSettings withoutUse() {
    return name == null ? this : new TargetSettings(label, to, socket, null);
  }
}
