package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {
  @ParameterizedTest
  @CsvSource({
    "1 ns, 1",
    "1.5 us, 1500",
    "5ms, 5000000",
    "2 s, 2000000000",
    "1 m, 60000000000",
    "1 hour, 3600000000000",
    "1 d, 86400000000000",
    "3 seconds, 3000000000",
  })
  void durationsHaveTheUnitsOfHocon(String text, long ns) {
    assertThat(Quantity.DURATION.parse(text, 0, Long.MAX_VALUE)).isEqualTo(ns);
  }

  @ParameterizedTest
  @CsvSource({
    "1 B, 1",
    "64 KiB, 65536",
    "64k, 65536",
    "64 kB, 64000",
    "1.5 MiB, 1572864",
    "1 GB, 1000000000",
    "1 mebibyte, 1048576",
  })
  void sizesHaveTheUnitsOfHocon(String text, long bytes) {
    assertThat(Quantity.SIZE.parseWhole(text, 0, Long.MAX_VALUE)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({"0, 0 ms", "1, 1 ns", "1500000, 1500 us", "5000000, 5 ms", "600000000000, 600 s"})
  void durationIsWrittenWithTheLargestUnitThatNeedsNoFraction(long ns, String text) {
    assertThat(Quantity.DURATION.format(ns)).isEqualTo(text);
    assertThat(Quantity.DURATION.parse(text, 0, Long.MAX_VALUE)).isEqualTo(ns);
  }

  @ParameterizedTest
  @CsvSource({"1, 1 B", "1000, 1000 B", "1536, 1536 B", "65536, 64 KiB", "1073741824, 1 GiB"})
  void sizeIsWrittenWithTheLargestUnitThatNeedsNoFraction(long bytes, String text) {
    assertThat(Quantity.SIZE.format(bytes)).isEqualTo(text);
    assertThat(Quantity.SIZE.parse(text, 0, Long.MAX_VALUE)).isEqualTo(bytes);
  }
}
