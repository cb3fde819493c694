package io.millrace;

import io.millrace.config.NameUse;
import io.millrace.config.StreamSettings;
import io.millrace.config.TargetSettings;
import io.millrace.names.Answer;
import io.millrace.names.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the targets of running streams follow their names: to other addresses, and to the first ones
 * of a target that has waited. Owned by one control thread.
 */
final class NameFollower {
  private static final Logger LOG = LoggerFactory.getLogger(NameFollower.class);

  private final Names names;
  private final LiveStreams streams;
  private final Reloader reloader;

  NameFollower(Names names, LiveStreams streams, Reloader reloader) {
    this.names = names;
    this.streams = streams;
    this.reloader = reloader;
  }

  /** The names in these targets, each once. */
  static Set<String> namesOf(Collection<TargetSettings> targets) {
    Set<String> names = new TreeSet<>();
    for (TargetSettings target : targets) {
      if (target.name() != null) {
        names.add(target.to().host());
      }
    }
    return names;
  }

  /** The names in the targets of these streams. */
  static Set<String> namesOfStreams(List<StreamSettings> of) {
    return namesOf(of.stream().flatMap(stream -> stream.targets().stream()).toList());
  }

  /**
   * Targets have come or gone, or use their names in another way: other names are asked for, and
   * what they are known to be is followed.
   */
  void targetsChanged() {
    Map<String, Duration> refresh = new HashMap<>();
    for (LiveStream stream : streams.all()) {
      for (TargetSettings target : stream.targetSettings()) {
        NameUse use = target.name();
        if (use != null) {
          refresh.merge(
              target.to().host(),
              use.refresh(),
              (one, other) -> one.compareTo(other) < 0 ? one : other);
        }
      }
    }
    names.use(refresh);
    follow(_ -> true);
  }

  /** A name has other addresses. */
  void nameChanged(String name) {
    follow(destination -> destination.settings().to().host().equals(name));
  }

  private void follow(Predicate<Destination> which) {
    TargetOpener opener = reloader.opener();
    for (LiveStream stream : List.copyOf(streams.all())) {
      for (LivePart part : stream.parts()) {
        follow(stream, part, which, opener);
      }
    }
  }

  private void follow(
      LiveStream stream, LivePart part, Predicate<Destination> which, TargetOpener opener) {
    if (!part.counters().state().ended()) { // with it, its books have
      Map<Destination, List<LiveTarget>> moved = new LinkedHashMap<>();
      for (Destination destination : part.destinations()) {
        if (destination.settings().name() != null && which.test(destination)) {
          follow(stream, part, destination, opener, moved);
        }
      }
      if (!moved.isEmpty()) {
        boolean done = reloader.readdress(stream, part, moved);
        for (Destination destination : moved.keySet()) {
          if (done) {
            log(stream, destination);
          } else {
            names.hearAgain(destination.settings().to().host());
          }
        }
      }
    }
  }

  private void follow(
      LiveStream stream,
      LivePart part,
      Destination destination,
      TargetOpener opener,
      Map<Destination, List<LiveTarget>> moved) {
    String name = destination.settings().to().host();
    Answer answer = names.answer(name);
    if (!answer.isUsable()) {
      return; // the last good ones stay
    }
    AddressPlan plan = destination.plan(answer.addresses());
    String lack = part.ring().streams().lacksRoom(0, plan.each() ? plan.wanted().size() : 1);
    if (lack != null && !plan.wanted().isEmpty()) {
      keep(stream, destination, name, lack);
      return;
    }
    TargetOpener.Attempt attempt = opener.open(stream.file(), destination.settings(), plan);
    if (plan.kept().isEmpty() && attempt.sockets().isEmpty()) {
      keep(stream, destination, name, reasons(attempt));
      return;
    }
    if (attempt.refusals().isEmpty() || !plan.each()) {
      destination.trouble = "";
    } else {
      keep(stream, destination, name, reasons(attempt));
    }
    List<LiveTarget> sockets = new ArrayList<>();
    for (LiveTarget target : destination.targets()) {
      if (plan.kept().contains(target.address())) {
        sockets.add(target);
      }
    }
    sockets.addAll(part.ring().streams().makeTargets(part, destination, attempt.sockets()));
    if (!sockets.equals(destination.targets())) {
      moved.put(destination, sockets);
    }
  }

  private static String reasons(TargetOpener.Attempt attempt) {
    return String.join("; ", attempt.refusals().stream().map(Throwable::getMessage).toList());
  }

  /** Says once that addresses can't be used, and tries again with the next answer. */
  private void keep(LiveStream stream, Destination destination, String name, String why) {
    if (!destination.trouble.equals(why)) {
      LOG.warn(
          "stream {}: target {}: not all addresses of its name can be used ({})",
          stream.name(),
          destination.label(),
          why);
      destination.trouble = why;
    }
    names.hearAgain(name);
  }

  private static void log(LiveStream stream, Destination destination) {
    LOG.info(
        "stream {}: target {} is {}",
        stream.name(),
        destination.label(),
        String.join(", ", destination.targets().stream().map(LiveTarget::addressText).toList()));
  }
}
