package io.millrace.loadtest.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:5004", "127.0.0.1:0", "[0:0:0:0:0:0:0:1]:65535"})
  void readsWhatItWrites(String text) {
    assertThat(HostPort.format(HostPort.parse(text))).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "127.0.0.1",
        ":5004",
        "::1:5004",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:-1"
      })
  void refusesWhatIsNotAnAddress(String text) {
    assertThatThrownBy(() -> HostPort.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
