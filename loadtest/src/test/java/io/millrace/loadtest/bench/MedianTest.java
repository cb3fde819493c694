package io.millrace.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.loadtest.harness.ThreadTimes;
import java.util.List;
import org.junit.jupiter.api.Test;

class MedianTest {
  @Test
  void isTheMiddleOfAnOddNumber() {
    assertThat(Median.of(List.of(3.0, 1.0, 2.0))).isEqualTo(2.0);
  }

  @Test
  void isTheMeanOfTheTwoInTheMiddleOfAnEvenNumber() {
    assertThat(Median.of(List.of(4.0, 1.0, 2.0, 30.0))).isEqualTo(3.0);
  }

  @Test
  void ofNothingIsNotANumber() {
    assertThat(Median.of(List.of())).isNaN();
  }

  @Test
  void ratiosAreTakenRoundByRound() {
    CaseResult result = new CaseResult(new BenchCase(1400, 1));
    // A machine that slows down between the rounds: each round's ratio is 0.5, however the medians
    // lie.
    result.add(run(50), run(100));
    result.add(run(10), run(20));
    result.add(run(200), run(400));
    assertThat(result.ratioMedian()).isEqualTo(0.5);
    assertThat(result.ratioLeast()).isEqualTo(0.5);
    assertThat(result.ratioMost()).isEqualTo(0.5);
  }

  private static Measurement run(long requestsPerSecond) {
    SteadyWindow window =
        new SteadyWindow(2, new Arrivals(2 * requestsPerSecond, 0), new ThreadTimes(0.02, 1.98));
    return new Measurement(window, requestsPerSecond, 0, 1, 2 * requestsPerSecond, 1, 0.01, 0.99);
  }
}
