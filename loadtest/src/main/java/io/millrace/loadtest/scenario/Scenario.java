package io.millrace.loadtest.scenario;

import io.millrace.loadtest.harness.Lab;
import java.util.List;

/** One load test. Without state: all of a run is in its {@link Lab}. */
public interface Scenario {
  String name();

  /** One line for {@code --list}. */
  String description();

  /**
   * Runs it.
   *
   * @param quick a short form of the same, a few seconds at most
   * @throws io.millrace.loadtest.harness.HarnessException if daemon or receiver couldn't be run to
   *     their end
   */
  Outcome run(Lab lab, boolean quick);

  static List<Scenario> all() {
    return List.of(
        new GeneratorScenario(),
        new FileScenario(),
        new PipeScenario(),
        new TargetsScenario(),
        new RingsScenario(),
        new RefusedScenario(),
        new TrainsScenario("trains", true),
        new PacingScenario(),
        new FqScenario(),
        new CompletionsScenario("completions", "auto"),
        new CompletionsScenario("paired", "paired"),
        new DelayedScenario(),
        new ReloadScenario(),
        new ErrorsScenario("errors", "auto"),
        new ErrorsScenario("errors-paired", "paired"),
        new SendmmsgScenario(),
        new TrainsScenario("sendmmsg-trains", false),
        new ErrorsScenario("sendmmsg-errors", null));
  }
}
