package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.config.PaceSettings.BitRate;
import io.millrace.config.PaceSettings.DatagramRate;
import io.millrace.config.PaceSettings.SourceTiming;
import io.millrace.config.PaceSettings.Unlimited;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RatesTest {
  @ParameterizedTest
  @CsvSource({
    "1 bit/s, 1",
    "50 Mbit/s, 50000000",
    "50Mbit/s, 50000000",
    "' 1.5 kbit/s ', 1500",
    "1e3 Gbit/s, 1000000000000",
    "10 B/s, 80",
    "10 kB/s, 80000",
    "125 MB/s, 1000000000",
    "125 GB/s, 1000000000000",
    "1 KiB/s, 8192",
    "1 MiB/s, 8388608",
    "1 GiB/s, 8589934592",
    "1.4 bit/s, 1",
    "1.5 bit/s, 2",
  })
  void everyUnitCountsBits(String text, long bitsPerSecond) {
    assertThat(Rates.parseBitsPerSecond(text)).isEqualTo(bitsPerSecond);
  }

  @Test
  void paceIsBitsDatagramsOrUnlimited() {
    assertThat(Rates.parse("50 Mbit/s")).isEqualTo(new BitRate(50_000_000, Duration.ofMillis(5)));
    assertThat(Rates.parse("100000/s")).isEqualTo(new DatagramRate(100_000, Duration.ofMillis(5)));
    assertThat(Rates.parse("1e5 / s", Duration.ZERO))
        .isEqualTo(new DatagramRate(100_000, Duration.ZERO));
    assertThat(Rates.parse("source")).isEqualTo(new SourceTiming(1, Rates.DEFAULT_SOURCE_BURST));
    assertThat(Rates.parse("1.5 x source"))
        .isEqualTo(new SourceTiming(1.5, Rates.DEFAULT_SOURCE_BURST));
    assertThat(Rates.parse(" unlimited ")).isEqualTo(new Unlimited());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "50", "fast", "-1 Mbit/s", "0 bit/s", "0.9 bit/s", "1001 Gbit/s", "50 mbit/s",
        "50 Mbit", "0/s", "-5/s", "1000000001/s", "1e-999/s", "1e999/s", "NaN/s", "/s", "5/m",
        "1e999999999 Mbit/s", "Unlimited", "1 2 Mbit/s", "0 x source", "1001 x source", "x source",
            "2 x"
      })
  void whatIsNoRateIsRefused(String text) {
    assertThatThrownBy(() -> Rates.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .contains("allowed: ");
  }

  @Test
  void refusalSaysAllThatIsAllowed() {
    assertThatThrownBy(() -> Rates.parse("50"))
        .hasMessage(
            "50 has no unit; write for example 50 Mbit/s; allowed: 1 bit/s to 1000 Gbit/s; or"
                + " 100000/s for datagrams; or unlimited");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 bit/s",
        "8192 bit/s",
        "1500 bit/s",
        "50 Mbit/s",
        "1000 Gbit/s",
        "100000/s",
        "0.5/s",
        "1.0E-300/s",
        "1000000000/s",
        "unlimited",
        "source",
        "0.5 x source",
        "20 x source"
      })
  void formattedPaceReadsBackAsTheSame(String text) {
    assertThat(Rates.format(Rates.parse(text))).isEqualTo(text);
  }
}
