package io.millrace.loadtest.harness;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** Keeps what was measured, with what it was measured on, under {@code loadtest/results}. */
public final class ResultFiles {
  private ResultFiles() {}

  /** The folder of this day and commit, or the chosen one; made if it isn't there. */
  public static Path folder(Path root, @Nullable Path chosen) {
    String dated = LocalDate.now(ZoneId.systemDefault()) + "-" + Machine.commit(root);
    Path folder = chosen == null ? root.resolve("loadtest/results").resolve(dated) : chosen;
    try {
      return Files.createDirectories(folder);
    } catch (IOException failure) {
      throw new UncheckedIOException("can't make " + folder + ": " + failure, failure);
    }
  }

  /** The figures behind the machine and the command that they are of. */
  public static ObjectNode withMachine(Path root, String command, ObjectNode figures) {
    ObjectNode json = Json.object();
    json.set("machine", Machine.describe(root));
    json.put("command", command);
    json.setAll(figures);
    return json;
  }

  /** Writes NAME.json and NAME.md. */
  public static void write(Path folder, String name, ObjectNode json, String markdown) {
    String text =
        "%s%nMachine: `%s`%n%nCommand: `%s`%n"
            .formatted(markdown, json.path("machine"), json.path("command").asText());
    try {
      Files.writeString(folder.resolve(name + ".md"), text);
    } catch (IOException failure) {
      throw new UncheckedIOException("can't write to " + folder + ": " + failure, failure);
    }
    Json.write(folder.resolve(name + ".json"), json);
    System.out.println("written to " + folder);
  }
}
