package io.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.shim.Kernel;
import io.millrace.shim.NativeKernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TrainLimitsTest {
  @ParameterizedTest
  @CsvSource({
    // datagram, slot, the kernel's segments -> longest
    "1400, 65536, 64, 46",
    "1400, 1048576, 64, 46",
    "1400, 16384, 64, 11",
    "64, 65536, 64, 64",
    "64, 65536, 128, 128",
    "8000, 65536, 64, 8",
    "65507, 65536, 64, 1",
    "40000, 65536, 64, 1",
    "64, 65536, 1, 1",
  })
  void aTrainFitsTheSlotTheKernelAndADatagram(int bytes, int slot, int segments, int longest) {
    assertThat(new TrainLimits(segments).longest(bytes, slot)).isEqualTo(longest);
  }

  @Test
  void noDatagramOfATrainMayBeFragmented() {
    assertThat(TrainLimits.pathTakes(1472, false, 1500)).isTrue();
    assertThat(TrainLimits.pathTakes(1473, false, 1500)).isFalse();
    assertThat(TrainLimits.pathTakes(1452, true, 1500)).isTrue();
    assertThat(TrainLimits.pathTakes(1453, true, 1500)).isFalse();
    assertThat(TrainLimits.pathTakes(1, false, -107)).as("not known").isFalse();
  }

  @Test
  void theKernelUnderneathTakesTrains() {
    Kernel kernel = NativeKernel.load();
    assertThat(TrainProbe.longest(kernel))
        .isIn(TrainProbe.FEWER_SEGMENTS, TrainProbe.MOST_SEGMENTS);
  }
}
