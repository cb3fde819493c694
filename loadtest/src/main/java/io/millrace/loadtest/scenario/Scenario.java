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
        new TsScenario(),
        new PcapScenario(),
        new RelayScenario(),
        new TargetsScenario(),
        new ManyTargetsScenario(),
        new RingsScenario(),
        new SqpollScenario(),
        new RefusedScenario(),
        new TrainsScenario("trains", true),
        new PacingScenario(),
        new PrometheusScenario(),
        new PageScenario(),
        new BatchesScenario(),
        new IdleScenario(),
        new FqScenario(),
        new TxTimeScenario(),
        new CompletionsScenario("completions", "auto"),
        new CompletionsScenario("paired", "paired"),
        new DelayedScenario(),
        new ReloadScenario(),
        new NamesScenario(),
        new AttackScenario(false),
        new AttackScenario(true),
        new StopScenario(),
        new UnprivilegedScenario(),
        new ErrorsScenario("errors", "auto"),
        new ErrorsScenario("errors-paired", "paired"),
        new SendmmsgScenario(),
        new TrainsScenario("sendmmsg-trains", false),
        new ErrorsScenario("sendmmsg-errors", null),
        new IsolationScenario("isolation", false),
        new IsolationScenario("sendmmsg-isolation", true));
  }
}
