package io.millrace.loadtest.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How datagrams are handed to the kernel: by which call, with how many completions, and singly or
 * in trains. Each has its form in the daemon's configuration and in the C reference's options.
 *
 * @param polled a kernel thread on another CPU takes the requests (SQPOLL)
 */
record Mode(Means means, boolean train, boolean polled) {
  /** Sends from its own memory, and how the kernel says that it is done. */
  enum Means {
    ZERO_COPY_PAIRED(
        "zero-copy, paired", "send_zc", "engine = uring, zero-copy = always, completion = paired"),
    ZERO_COPY_COMBINED(
        "zero-copy, combined",
        "send_zc",
        "engine = uring, zero-copy = always, completion = combined"),
    COPY("copy", "send", "engine = uring, zero-copy = never"),
    SENDMMSG("sendmmsg", "sendmmsg", "engine = sendmmsg, zero-copy = never");

    private final String label;
    private final String referenceOp;
    private final String configuration;

    Means(String label, String referenceOp, String configuration) {
      this.label = label;
      this.referenceOp = referenceOp;
      this.configuration = configuration;
    }
  }

  /** The plainest one: what targets, rings and loopback are compared on. */
  static final Mode SINGLE_ZERO_COPY = new Mode(Means.ZERO_COPY_PAIRED, false);

  static final Mode TRAIN_ZERO_COPY = new Mode(Means.ZERO_COPY_PAIRED, true);
  static final Mode SINGLE_SENDMMSG = new Mode(Means.SENDMMSG, false);

  /** The thread that writes requests submits them too. */
  Mode(Means means, boolean train) {
    this(means, train, false);
  }

  Mode withPolling() {
    return new Mode(means, train, true);
  }

  /** Singles first; none of them polled. */
  static List<Mode> all() {
    List<Mode> modes = new ArrayList<>();
    for (boolean train : new boolean[] {false, true}) {
      for (Means means : Means.values()) {
        modes.add(new Mode(means, train));
      }
    }
    return modes;
  }

  /** For people, such as {@code train, zero-copy, paired}. */
  String label() {
    return (train ? "train, " : "single, ") + means.label + (polled ? ", sqpoll" : "");
  }

  /** For file formats, such as {@code train-zero-copy-paired}. */
  String id() {
    return label().replace(", ", "-").toLowerCase(Locale.ROOT);
  }

  boolean combined() {
    return means == Means.ZERO_COPY_COMBINED;
  }

  /** The daemon's block {@code send}. */
  String configuration() {
    return "send { %s, gso = %s }".formatted(means.configuration, train ? "auto" : "never");
  }

  /**
   * The C reference's options.
   *
   * @param segments of a train
   * @param combineBit of the combined mode
   * @param pollerCpu of the kernel thread that polls
   */
  List<String> referenceOptions(int segments, int combineBit, int pollerCpu) {
    List<String> options = new ArrayList<>(List.of("--op", means.referenceOp));
    if (train) {
      options.addAll(List.of("--segments", String.valueOf(segments)));
    }
    if (polled) {
      options.addAll(List.of("--sqpoll-cpu", String.valueOf(pollerCpu)));
    }
    if (combined()) {
      options.addAll(List.of("--combine-bit", String.valueOf(combineBit)));
    }
    return options;
  }
}
