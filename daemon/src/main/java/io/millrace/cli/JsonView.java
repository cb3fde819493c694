package io.millrace.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A JSON text to look into. What isn't there reads as empty or 0, so that a newer or older daemon
 * can be looked at too.
 *
 * <p>On Jackson's streaming parser: ObjectMapper takes some 0.5 s to initialise, five times as
 * long.
 *
 * @param fields of an object, else empty
 * @param elements of an array, else empty
 * @param text of a string, number or boolean, else empty
 */
record JsonView(Map<String, JsonView> fields, List<JsonView> elements, String text) {
  private static final JsonView NOTHING = new JsonView(Map.of(), List.of(), "");

  /**
   * Reads a text.
   *
   * @throws IOException if it isn't JSON
   */
  static JsonView parse(String json) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      parser.nextToken();
      return value(parser);
    }
  }

  /**
   * The value that begins at the current token; at its end the parser is at its last one. Jackson
   * limits the depth.
   */
  private static JsonView value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, JsonView> fields = new LinkedHashMap<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        fields.put(name, value(parser));
      }
      return new JsonView(fields, List.of(), "");
    }
    if (token == JsonToken.START_ARRAY) {
      List<JsonView> elements = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        elements.add(value(parser));
      }
      return new JsonView(Map.of(), elements, "");
    }
    if (token == null) {
      throw new IOException("the text ends too early");
    }
    return new JsonView(Map.of(), List.of(), parser.getText());
  }

  JsonView get(String field) {
    return fields.getOrDefault(field, NOTHING);
  }

  String text(String field) {
    return get(field).text();
  }

  double number(String field) {
    return get(field).number();
  }

  double number() {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException none) {
      return 0;
    }
  }
}
