package io.millrace;

import io.millrace.config.HostPort;
import io.millrace.counters.TargetCounters;
import io.millrace.stream.Target;
import io.millrace.stream.TargetSocket;
import java.net.InetAddress;

/**
 * One socket that a ring knows, with all that belongs to it.
 *
 * @param of the target as configured that it is an address of
 * @param target as the ring has it
 * @param socket open as long as the ring knows the target
 */
record LiveTarget(Destination of, Target target, TargetSocket socket) {
  TargetCounters counters() {
    return target.counters();
  }

  /** "192.0.2.1:5004", "[2001:db8::1]:5004". */
  String addressText() {
    return new HostPort(address().getHostAddress(), socket.address().getPort()).toString();
  }

  InetAddress address() {
    return socket.address().getAddress();
  }
}
