package io.millrace.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.List;

/** A stream's {@code targets}: a list of addresses, or of objects with an address and options. */
final class TargetsSection {
  private static final int MAX_TARGETS = 100_000;

  private static final int MAX_TTL = 255;
  private static final int MAX_DSCP = 63;
  private static final ValueKind<String> TEXT = ValueKind.text(HostPort.FORMS);

  private TargetsSection() {}

  static List<TargetSettings> read(ObjectReader stream) {
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
      targets.add(readTarget(elements.get(i), path, stream.problems()));
    }
    return targets;
  }

  private static TargetSettings readTarget(ConfigValue value, String path, Problems problems) {
    if (value instanceof ConfigObject object) {
      return readTarget(new ObjectReader(object, path, problems));
    }
    try {
      String label = TEXT.parse(value);
      return plain(label, HostPort.parse(label, 1));
    } catch (InvalidValue e) {
      problems.add(value, path, e.text());
      return plain("", new HostPort("", 1));
    }
  }

  private static TargetSettings plain(String label, HostPort to) {
    return new TargetSettings(
        label, to, TargetSettings.KERNEL_DEFAULT, null, TargetSettings.KERNEL_DEFAULT);
  }

  private static TargetSettings readTarget(ObjectReader target) {
    String label = target.required("to", TEXT);
    HostPort to =
        target.sound("to") ? target.required("to", ValueKind.hostPort(1)) : new HostPort("", 1);
    int ttl = target.optional("ttl", ValueKind.integer(1, MAX_TTL), TargetSettings.KERNEL_DEFAULT);
    String interfaceName = target.optional("interface", ValueKind.interfaceName());
    int dscp =
        target.optional("dscp", ValueKind.integer(0, MAX_DSCP), TargetSettings.KERNEL_DEFAULT);
    target.rejectUnknownKeys();
    return new TargetSettings(label, to, ttl, interfaceName, dscp);
  }
}
