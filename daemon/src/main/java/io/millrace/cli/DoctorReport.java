package io.millrace.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** What {@code doctor} prints. */
final class DoctorReport {
  private static final String FIX = "fix: ";

  private DoctorReport() {}

  /** Fit to run: nothing failed. */
  static boolean fit(List<DoctorCheck> checks) {
    return checks.stream().noneMatch(check -> check.status() == DoctorCheck.Status.FAIL);
  }

  /** A line per check, its fix below it, and the verdict. */
  static String text(List<DoctorCheck> checks) {
    int nameWidth = checks.stream().mapToInt(check -> check.name().length()).max().orElse(0);
    String line = "%-4s  %-" + nameWidth + "s  %s%n";
    StringBuilder text = new StringBuilder();
    for (DoctorCheck check : checks) {
      text.append(line.formatted(check.status().label(), check.name(), check.finding()));
      if (!check.fix().isEmpty()) {
        text.append(line.formatted("", "", FIX + check.fix()));
      }
    }
    long failed = count(checks, DoctorCheck.Status.FAIL);
    long warned = count(checks, DoctorCheck.Status.WARN);
    return text.append(failed == 0 ? "fit" : "not fit: " + failed + " failed")
        .append(warned == 0 ? "" : ", " + warned + " to look at")
        .toString();
  }

  private static long count(List<DoctorCheck> checks, DoctorCheck.Status status) {
    return checks.stream().filter(check -> check.status() == status).count();
  }

  /**
   * The same for programs. Written with the streaming generator: a tree of ObjectMapper takes
   * several times as long to initialise as everything else that the command does.
   */
  static String json(List<DoctorCheck> checks) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeBooleanField("fit", fit(checks));
      json.writeArrayFieldStart("checks");
      for (DoctorCheck check : checks) {
        json.writeStartObject();
        json.writeStringField("name", check.name());
        json.writeStringField("status", check.status().label());
        json.writeStringField("finding", check.finding());
        json.writeStringField("fix", check.fix());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException("writing into memory", impossible);
    }
    return text.toString();
  }
}
