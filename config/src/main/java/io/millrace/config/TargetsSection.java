package io.millrace.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.List;

/** A stream's {@code targets}: a list of addresses, or of objects with an address and options. */
final class TargetsSection {
  private static final int MAX_TARGETS = 100_000;
  private static final ValueKind<String> TEXT = ValueKind.text(HostPort.FORMS);

  private TargetsSection() {}

  static List<TargetSettings> read(ObjectReader stream, NameUse names) {
    List<ConfigValue> elements =
        stream.elements("targets", "a list such as [ \"127.0.0.1:5004\" ]");
    if (elements.size() > MAX_TARGETS || (elements.isEmpty() && stream.sound("targets"))) {
      stream.problem(
          "targets", "has %d targets; allowed: 1 to %d".formatted(elements.size(), MAX_TARGETS));
      return List.of();
    }
    List<TargetSettings> targets = new ArrayList<>(elements.size());
    for (int i = 0; i < elements.size(); i++) {
      String path = stream.pathOf("targets") + "[" + i + "]";
      targets.add(readTarget(elements.get(i), path, stream.problems(), names));
    }
    return targets;
  }

  private static TargetSettings readTarget(
      ConfigValue value, String path, Problems problems, NameUse names) {
    if (value instanceof ConfigObject object) {
      return readTarget(new ObjectReader(object, path, problems), names);
    }
    try {
      String label = TEXT.parse(value);
      return TargetSettings.plain(label, HostPort.parse(label, 1), names);
    } catch (InvalidValue e) {
      problems.add(value, path, e.text());
      return TargetSettings.plain("", new HostPort("", 1), names);
    }
  }

  private static TargetSettings readTarget(ObjectReader target, NameUse names) {
    String label = target.required("to", TEXT);
    HostPort to =
        target.sound("to") ? target.required("to", ValueKind.hostPort(1)) : new HostPort("", 1);
    SocketSettings socket = SocketSection.read(target);
    SocketSection.checkFamilies(target, to, socket.from());
    NameUse name = NamesSection.read(target, names);
    if (target.sound("to") && !to.isName()) {
      NamesSection.reject(target);
      name = null;
    }
    target.rejectUnknownKeys();
    return new TargetSettings(label, to, socket, name);
  }
}
