package io.millrace;

import io.millrace.config.NameUse;
import io.millrace.config.TargetSettings;
import io.millrace.counters.StreamCounters;
import io.millrace.metrics.EngineView.TargetView;
import io.millrace.metrics.TargetBooks;
import java.net.InetAddress;
import java.util.List;

/**
 * One target of a stream as configured, with a socket for each address that it is sent to: one for
 * an address, none or more for a name. Owned by one control thread; the view is for any.
 */
final class Destination {
  private final RingEngine ring;
  private final TargetBooks books = new TargetBooks();
  private final TargetView view;
  private TargetSettings settings;
  private List<LiveTarget> targets = List.of();

  /** Why some addresses have no socket, as it was logged. */
  String trouble = "";

  /**
   * Nothing to send to yet.
   *
   * @param ring that serves it
   * @param label as observers name it, unique in its stream
   * @param ofStream the counters of its ring's part of the stream
   */
  Destination(RingEngine ring, TargetSettings settings, String label, StreamCounters ofStream) {
    this.ring = ring;
    this.settings = settings;
    String name = settings.name() == null ? null : settings.to().host();
    view = new TargetView(label, books, ofStream, ring.index(), name);
  }

  RingEngine ring() {
    return ring;
  }

  TargetSettings settings() {
    return settings;
  }

  /** The file says now that its name is used in another way. */
  void settings(TargetSettings now) {
    assert now.isSameBut(settings) : "another target";
    settings = now;
  }

  TargetView view() {
    return view;
  }

  String label() {
    return view.label();
  }

  /** The sockets that its stream sends to. */
  List<LiveTarget> targets() {
    return targets;
  }

  /** For the sockets that it is made with: observers see them when they take part. */
  void made(List<LiveTarget> now) {
    targets = List.copyOf(now);
  }

  /** The ring sends to these from now on, and to no others; their counters have begun. */
  void takesPart(List<LiveTarget> now) {
    for (LiveTarget target : now) {
      if (books.addresses().stream().noneMatch(part -> part.counters() == target.counters())) {
        books.joined(target.addressText(), target.counters());
      }
    }
    targets = List.copyOf(now);
  }

  /** Nothing new is sent to this one. */
  void leaving(LiveTarget target) {
    books.leaving(target.counters());
  }

  /** Its socket is closed. */
  void closed(LiveTarget target) {
    books.closed(target.counters());
  }

  List<InetAddress> addresses() {
    return targets.stream().map(LiveTarget::address).toList();
  }

  /** Which addresses its name should give it; only for a name. */
  AddressPlan plan(List<InetAddress> answer) {
    NameUse use = settings.name();
    if (use == null) {
      throw new IllegalStateException(label() + " is no name");
    }
    return AddressPlan.of(use.addresses(), addresses(), answer);
  }
}
