package io.millrace.sender;

import io.millrace.counters.SendChoice;
import io.millrace.shim.KernelAbi;
import io.millrace.stream.TxTime;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Decides for every request whether the kernel sends it from the slot or from a copy. Owned by one
 * SenderThread.
 *
 * <p>Samples, which ask the kernel to report whether it copied all the same (REPORT_USAGE), tell
 * for each target: its first request is one, and one in {@link #SAMPLE_INTERVAL} from then on. A
 * target for which it did is sent copies, and asked about again now and then, since its route may
 * change. For the others the {@link ZeroCopyTrial} decides by the size of the request.
 */
final class ZeroCopyChoice {
  /** One zero-copy request in so many is a sample. */
  static final int SAMPLE_INTERVAL = 1024;

  /** Samples in a row that must say the other thing than what is believed. */
  private static final int PROOF = 2;

  static final long FIRST_LOOK_NS = TimeUnit.SECONDS.toNanos(10);
  static final long LAST_LOOK_NS = TimeUnit.MINUTES.toNanos(10);

  /** For {@link #choose}: SEND. */
  static final int COPY = -1;

  private final SendMode mode;
  private final TargetTable targets;
  private final ZeroCopyTrial trial;
  private final boolean[] kernelCopies;
  private final int[] untilSample;
  private final int[] contradictions;
  private final long[] lookAgainNs;
  private final long[] lookAfterNs;
  private final SendChoice[] choices;
  private int untilAnySample;
  private long nowNs;

  // Of the current cycle.
  private int cycleClass;
  private int cycleRequests;
  private long cycleBytes;

  ZeroCopyChoice(SendMode mode, TargetTable targets, ZeroCopyTrial trial) {
    this.mode = mode;
    this.targets = targets;
    this.trial = trial;
    int count = targets.size();
    kernelCopies = new boolean[count];
    untilSample = new int[count];
    contradictions = new int[count];
    lookAgainNs = new long[count];
    lookAfterNs = new long[count];
    choices = new SendChoice[count];
    Arrays.fill(choices, choiceOfAll());
    for (int target = 0; target < count; target++) {
      if (targets.has(target)) {
        added(target);
      }
    }
  }

  private SendChoice choiceOfAll() {
    return mode.adaptive()
        ? SendChoice.ZERO_COPY_ASSUMED
        : mode.zeroCopy() ? SendChoice.ZERO_COPY_CONFIGURED : SendChoice.COPY_CONFIGURED;
  }

  /** A target is new: nothing is known about it, whatever its index stood for before. */
  void added(int target) {
    kernelCopies[target] = false;
    untilSample[target] = 0;
    contradictions[target] = 0;
    boolean timed = targets.target(target).txTime().clock() != TxTime.NO_CLOCK;
    choices[target] = timed ? SendChoice.COPY_TIMED : choiceOfAll();
    targets.target(target).counters().choice(choices[target]);
  }

  /**
   * A duty cycle begins.
   *
   * @param lastTookNs what the one before took, if the thread did nothing else in between; else 0
   */
  void cycle(long newNowNs, long lastTookNs) {
    nowNs = newNowNs;
    if (cycleRequests > 0) {
      if (mode.trials() && lastTookNs > 0) {
        trial.cycle(cycleClass, cycleRequests, cycleBytes, lastTookNs, newNowNs);
      }
      cycleRequests = 0;
      cycleBytes = 0;
    }
  }

  /**
   * How to send a request: {@link #COPY}, or the flags of its SEND_ZC.
   *
   * @param bytes of its payload
   */
  int choose(int target, int bytes) {
    if (!mode.adaptive()) {
      if (!mode.zeroCopy()) {
        return COPY;
      }
      if (--untilAnySample >= 0) {
        return mode.combineFlag();
      }
      untilAnySample = SAMPLE_INTERVAL - 1;
      return KernelAbi.IORING_SEND_ZC_REPORT_USAGE;
    }
    if (kernelCopies[target]) {
      return chooseForCopied(target);
    }
    int sizeClass = ZeroCopyTrial.sizeClass(bytes);
    cycleClass = cycleRequests++ == 0 || sizeClass == cycleClass ? sizeClass : ZeroCopyTrial.MIXED;
    cycleBytes += bytes;
    if (trial.copies(sizeClass)) {
      note(target, sizeClass, SendChoice.COPY_MEASURED);
      return COPY;
    }
    note(
        target,
        sizeClass,
        trial.isMeasured(sizeClass) ? SendChoice.ZERO_COPY_MEASURED : SendChoice.ZERO_COPY_ASSUMED);
    if (--untilSample[target] >= 0) {
      return mode.combineFlag();
    }
    // The kernel refuses this flag and the combined mode's together: both want the notification's
    // res. So the sample goes uncombined.
    untilSample[target] = SAMPLE_INTERVAL - 1;
    return KernelAbi.IORING_SEND_ZC_REPORT_USAGE;
  }

  private int chooseForCopied(int target) {
    cycleClass = ZeroCopyTrial.MIXED;
    cycleRequests++;
    if (nowNs - lookAgainNs[target] < 0) {
      return COPY;
    }
    lookAgainNs[target] = nowNs + lookAfterNs[target];
    return KernelAbi.IORING_SEND_ZC_REPORT_USAGE;
  }

  private void note(int target, int sizeClass, SendChoice decided) {
    note(target, trial.isRunning(sizeClass) ? SendChoice.MEASURING : decided);
  }

  private void note(int target, SendChoice choice) {
    if (choices[target] != choice) {
      choices[target] = choice;
      targets.target(target).counters().choice(choice);
    }
  }

  /** What a sample that was sent says. */
  void sampled(int target, boolean copied) {
    if (!mode.adaptive()) {
      return;
    }
    if (copied == kernelCopies[target]) {
      contradictions[target] = 0;
      if (copied) {
        lookAfterNs[target] = Math.min(2 * lookAfterNs[target], LAST_LOOK_NS);
      }
      return;
    }
    if (++contradictions[target] < PROOF) {
      untilSample[target] = 0; // the next request
      lookAgainNs[target] = nowNs;
      return;
    }
    contradictions[target] = 0;
    kernelCopies[target] = copied;
    if (copied) {
      lookAfterNs[target] = FIRST_LOOK_NS;
      lookAgainNs[target] = nowNs + FIRST_LOOK_NS;
      note(target, SendChoice.COPY_FOR_THE_KERNEL_DOES);
    }
  }
}
