package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonViewTest {
  @Test
  void nestedValuesAreThere() throws IOException {
    JsonView json = JsonView.parse("{\"a\": [1, {\"b\": \"c\", \"d\": {}}, true], \"e\": 2.5}");
    assertThat(json.get("a").elements()).hasSize(3);
    assertThat(json.get("a").elements().get(1).text("b")).isEqualTo("c");
    assertThat(json.number("e")).isEqualTo(2.5);
  }

  @Test
  void whatIsNotThereIsEmptyOrZero() throws IOException {
    JsonView json = JsonView.parse("{\"a\": \"b\"}");
    assertThat(json.text("x")).isEmpty();
    assertThat(json.number("a")).isZero();
    assertThat(json.get("x").get("y").elements()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[1, 2", "<html>", "{\"a\" 1}", "nul"})
  void whatIsNotJsonIsRefused(String text) {
    assertThatThrownBy(() -> JsonView.parse(text)).isInstanceOf(IOException.class);
  }
}
