package io.millrace.loadtest.scenario;

import io.millrace.loadtest.harness.Namespaces;
import java.util.List;

/** A way in which one address stops being reached, and comes back. Without state. */
enum TargetFailure {
  /** Its ports are closed, and every datagram is answered by an ICMP error. */
  REFUSED("refused", false) {
    @Override
    void begin(Namespaces namespaces, IsolationLink link) {
      namespaces.step("ip", "-n", link.receiver(), "address", "add", address(), "dev", "rx0");
    }

    @Override
    void end(Namespaces namespaces, IsolationLink link) {
      namespaces.step("ip", "-n", link.receiver(), "address", "delete", address(), "dev", "rx0");
    }

    private static String address() {
      return IsolationLink.BAD_ADDRESS + "/32";
    }
  },
  /** No route leads there. */
  UNREACHABLE("unreachable", false) {
    @Override
    void begin(Namespaces namespaces, IsolationLink link) {
      route(namespaces, link, "add");
    }

    @Override
    void end(Namespaces namespaces, IsolationLink link) {
      route(namespaces, link, "delete");
    }

    private static void route(Namespaces namespaces, IsolationLink link, String verb) {
      String[] command = {"ip", "-n", link.sender(), "route", verb, "unreachable", ""};
      command[command.length - 1] = IsolationLink.BAD_ADDRESS;
      namespaces.step(command);
    }
  },
  /** Nobody answers the question for its MAC address, which is given up after 3 s. */
  SILENT("silent", true) {
    @Override
    void begin(Namespaces namespaces, IsolationLink link) {
      String[] command = {"ip", "-n", link.sender(), "neighbour", "delete", "", "dev", "tx0"};
      command[5] = IsolationLink.BAD_ADDRESS;
      namespaces.step(command);
    }

    @Override
    void end(Namespaces namespaces, IsolationLink link) {
      link.neighbour(namespaces, IsolationLink.BAD_ADDRESS);
    }
  },
  /** A packet filter drops what is sent there. */
  FILTERED("filtered", false) {
    @Override
    void prepare(Namespaces namespaces, IsolationLink link) {
      link.filter(namespaces, "drop", IsolationLink.NO_TARGET);
    }

    @Override
    void begin(Namespaces namespaces, IsolationLink link) {
      link.removeFilter(namespaces);
      link.filter(namespaces, "drop", IsolationLink.BAD_ADDRESS);
    }

    @Override
    void end(Namespaces namespaces, IsolationLink link) {
      link.removeFilter(namespaces);
      prepare(namespaces, link);
    }

    @Override
    void tidy(Namespaces namespaces, IsolationLink link) {
      link.removeFilter(namespaces);
    }
  },
  /** A packet filter drops it, and has an ICMP error for it. */
  REJECTED("rejected", false) {
    @Override
    void prepare(Namespaces namespaces, IsolationLink link) {
      link.filter(namespaces, "reject", IsolationLink.NO_TARGET);
    }

    @Override
    void begin(Namespaces namespaces, IsolationLink link) {
      link.removeFilter(namespaces);
      link.filter(namespaces, "reject", IsolationLink.BAD_ADDRESS);
    }

    @Override
    void end(Namespaces namespaces, IsolationLink link) {
      link.removeFilter(namespaces);
      prepare(namespaces, link);
    }

    @Override
    void tidy(Namespaces namespaces, IsolationLink link) {
      link.removeFilter(namespaces);
    }
  };

  private final String label;
  private final boolean slow;

  TargetFailure(String label, boolean slow) {
    this.label = label;
    this.slow = slow;
  }

  String label() {
    return label;
  }

  /** Whether it takes seconds until the sender can know. */
  boolean isSlow() {
    return slow;
  }

  /** What the kernel says about it, one or the other. */
  List<String> errors() {
    return switch (this) {
      case REFUSED -> List.of("ECONNREFUSED");
      case UNREACHABLE, SILENT -> List.of("EHOSTUNREACH");
      case FILTERED -> List.of("EPERM");
      case REJECTED -> List.of("EPERM", "ECONNREFUSED");
    };
  }

  boolean needsFilter() {
    return this == FILTERED || this == REJECTED;
  }

  /**
   * What it costs every target is there before it begins: a packet filter looks at each datagram,
   * for some 3 % of a sender's time, whomever its rule names.
   */
  void prepare(Namespaces namespaces, IsolationLink link) {}

  /** Takes that away. */
  void tidy(Namespaces namespaces, IsolationLink link) {}

  abstract void begin(Namespaces namespaces, IsolationLink link);

  abstract void end(Namespaces namespaces, IsolationLink link);
}
