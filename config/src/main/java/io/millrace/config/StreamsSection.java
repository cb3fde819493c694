package io.millrace.config;

import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** {@code millrace.streams}: one stream per key, and the keys are free. */
final class StreamsSection {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private StreamsSection() {}

  static List<StreamSettings> read(ObjectReader streams, int maxDatagramBytes, NameUse names) {
    List<StreamSettings> read = new ArrayList<>();
    for (Map.Entry<String, ConfigValue> entry : streams.entries()) {
      String name = entry.getKey();
      if (!NAME.matcher(name).matches()) {
        streams.problem(
            name,
            "%s is no stream name; allowed: 1 to 64 letters, digits, \".\", \"_\" and \"-\""
                .formatted(Words.quote(name)));
      }
      ObjectReader stream =
          ObjectReader.of(entry.getValue(), streams.pathOf(name), streams.problems());
      StreamSettings settings = readStream(name, stream, maxDatagramBytes, names);
      if (readsStdin(settings)) {
        for (StreamSettings other : read) {
          if (readsStdin(other)) {
            stream
                .section("source")
                .problem("path", "stream %s reads standard input already".formatted(other.name()));
          }
        }
      }
      UdpConflicts.report(stream, settings, read);
      read.add(settings);
    }
    return read;
  }

  private static boolean readsStdin(StreamSettings stream) {
    return stream.source() instanceof PipeSourceSettings pipe && pipe.isStdin();
  }

  private static StreamSettings readStream(
      String name, ObjectReader stream, int maxDatagramBytes, NameUse names) {
    SourceSettings source = SourceSection.read(stream.section("source"), maxDatagramBytes);
    PaceSettings pace = PaceSection.read(stream, source);
    List<TargetSettings> targets = TargetsSection.read(stream, names);
    int rings = stream.optional("rings", ValueKind.integer(1, StreamSettings.MOST_RINGS), 1);
    if (rings > 1 && source instanceof PipeSourceSettings) {
      stream.problem(
          "rings",
          "%d is not allowed for a pipe, which can be read only once; allowed: 1".formatted(rings));
    } else if (rings > 1 && source instanceof UdpSourceSettings) {
      stream.problem(
          "rings",
          "%d is not allowed for a socket, which only one ring receives from; allowed: 1"
              .formatted(rings));
    } else if (rings > targets.size() && stream.sound("rings", "targets")) {
      stream.problem(
          "rings",
          "%d is more than there are targets; allowed: 1 to %d".formatted(rings, targets.size()));
    }
    stream.rejectUnknownKeys();
    return new StreamSettings(name, source, pace, targets, rings);
  }
}
