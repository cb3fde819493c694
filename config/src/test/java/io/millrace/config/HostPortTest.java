package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:5004, 127.0.0.1, 5004",
    "239.255.255.255:1, 239.255.255.255, 1",
    "localhost:65535, localhost, 65535",
    "a-b.c_d.example.:80, a-b.c_d.example., 80",
    "4you.example:80, 4you.example, 80",
    "[::1]:5004, ::1, 5004",
    "[2001:db8::ff]:5004, 2001:db8::ff, 5004",
    "[::ffff:192.0.2.1]:5004, ::ffff:192.0.2.1, 5004",
    "[fe80::1%eth0.5]:5004, fe80::1%eth0.5, 5004",
  })
  void addressIsReadAndWrittenAlike(String text, String host, int port) {
    HostPort address = HostPort.parse(text, 1);

    assertThat(address).isEqualTo(new HostPort(host, port));
    assertThat(address).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        ":5004",
        "localhost",
        "localhost:",
        "localhost:x",
        "localhost:-1",
        "localhost:+1",
        "localhost:65536",
        "localhost:999999",
        "local host:1",
        "-a:1",
        "a-:1",
        "a..b:1",
        ".:1",
        "1.2.3:1",
        "256.1.1.1:1",
        "1.2.3.4.5:1",
        "01.2.3.4:1",
        "1234:1",
        "[]:1",
        "[::1]",
        "[::1]1",
        "[::1",
        "[::g]:1",
        "[127.0.0.1]:1",
        "[name]:1",
        "[::1%]:1",
        "::1",
        "a:b:1",
        "ünï.example:1",
        "127.0.0.1 :1",
        "udp://127.0.0.1:1"
      })
  void whatIsNoAddressIsRefused(String text) {
    assertThatThrownBy(() -> HostPort.parse(text, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .contains("; allowed: ");
  }

  @Test
  void hostIsAtMost253Characters() {
    String host = "a.".repeat(126) + "a";
    assertThat(HostPort.parse(host + ":1", 1).host()).isEqualTo(host);
    assertThatThrownBy(() -> HostPort.parse("a" + host + "b:1", 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void portZeroIsForThoseWhoListen() {
    assertThat(HostPort.parse("localhost:0", 0).port()).isZero();
    assertThatThrownBy(() -> HostPort.parse("localhost:0", 1))
        .hasMessage("\"localhost:0\" has no valid port; allowed: 1 to 65535");
  }

  @ParameterizedTest
  @CsvSource({
    "::1:5004, [::1]:5004",
    "2001:db8::1:80, [2001:db8::1]:80",
    "fe80::1%eth0:80, [fe80::1%eth0]:80",
    "::1, [::1]:5004",
    "1:2:3:4:5:6:7:8, [1:2:3:4:5:6:7:8]:5004",
    "2001:db8::ff, [2001:db8::ff]:5004",
  })
  void addressWithoutBracketsIsAnsweredWithBrackets(String text, String meant) {
    assertThatThrownBy(() -> HostPort.parse(text, 1))
        .message()
        .endsWith("; did you mean \"" + meant + "\"?");
  }
}
