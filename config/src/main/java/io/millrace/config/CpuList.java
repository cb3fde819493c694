package io.millrace.config;

import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.HashSet;
import java.util.List;

/** A key whose value is {@code auto} or a list of CPU numbers. */
final class CpuList {
  /** The largest CONFIG_NR_CPUS of an x86-64 kernel is 8192. */
  private static final int MAX_CPU = 8191;

  private CpuList() {}

  /**
   * The CPUs, distinct and at least one; none: {@code auto}, or a problem was noted.
   *
   * @param allowed for messages
   * @param once what there is of one CPU each, for the message about one that is named twice
   */
  static List<Integer> read(ObjectReader reader, String key, String allowed, String once) {
    ConfigValue value = reader.value(key);
    if (value != null && value.valueType() == ConfigValueType.STRING) {
      String text = (String) value.unwrapped();
      if (!text.equals("auto")) {
        reader.problem(
            key,
            "%s is not allowed; allowed: %s%s"
                .formatted(
                    Words.quote(text), allowed, Suggestions.didYouMean(text, List.of("auto"))));
      }
      return List.of();
    }
    List<Integer> cpus = reader.list(key, allowed, ValueKind.integer(0, MAX_CPU));
    if (cpus.isEmpty() && reader.sound(key)) {
      reader.problem(key, "names no CPU; allowed: " + allowed);
    }
    var seen = new HashSet<Integer>();
    for (int cpu : cpus) {
      if (!seen.add(cpu)) {
        reader.problem(key, "CPU %d is named twice; allowed: %s".formatted(cpu, once));
      }
    }
    return cpus;
  }
}
