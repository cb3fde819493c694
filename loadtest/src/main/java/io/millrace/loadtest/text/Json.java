package io.millrace.loadtest.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** JSON files as trees. Any thread. */
public final class Json {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Json() {}

  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  public static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  public static String text(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node) + "\n";
    } catch (IOException impossible) {
      throw new AssertionError("a tree in memory", impossible);
    }
  }

  public static void write(Path file, JsonNode node) {
    try {
      Files.writeString(file, text(node));
    } catch (IOException failure) {
      throw new UncheckedIOException("can't write " + file + ": " + failure, failure);
    }
  }

  public static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (IOException failure) {
      throw new UncheckedIOException("not JSON: " + failure.getMessage() + ": " + text, failure);
    }
  }

  public static JsonNode read(Path file) {
    try {
      return MAPPER.readTree(Files.readString(file));
    } catch (IOException failure) {
      throw new UncheckedIOException("can't read " + file + ": " + failure, failure);
    }
  }

  /** Rounds to {@code digits} after the point, so that files stay readable. */
  public static double round(double value, int digits) {
    double scale = Math.pow(10, digits);
    return Double.isFinite(value) ? Math.rint(value * scale) / scale : 0;
  }
}
