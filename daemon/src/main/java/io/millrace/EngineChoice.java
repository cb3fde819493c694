package io.millrace;

import io.millrace.config.Completion;
import io.millrace.config.Engine;
import io.millrace.config.SendSettings;
import io.millrace.config.ZeroCopy;
import io.millrace.sender.SendMode;
import io.millrace.shim.Kernel;
import io.millrace.uring.KernelProbe;
import io.millrace.uring.RingUnavailableException;
import java.util.Locale;

/**
 * The rung of the engine ladder that is taken, from what is wanted and what there is.
 *
 * @param reason why this one; for people
 * @param mode what it means for the rings
 */
public record EngineChoice(Rung rung, String reason, SendMode mode) {
  /** The ladder, from the top. */
  public enum Rung {
    ZERO_COPY_RING("zero-copy ring"),
    PLAIN_RING("plain ring"),
    SENDMMSG("sendmmsg");

    private final String label;

    Rung(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }
  }

  /**
   * Tries what this machine gives, from the top of the ladder.
   *
   * @throws RingUnavailableException if it gives no ring, and only a ring will do, or nothing but
   *     memory is missing
   * @throws StartupException if it can't do what the settings insist on
   */
  static EngineChoice probe(Kernel kernel, SendSettings settings) throws StartupException {
    if (settings.engine() == Engine.SENDMMSG) {
      return sendmmsg("send.engine = sendmmsg");
    }
    try {
      return ring(settings, KernelProbe.probe(kernel, settings.combineFlagBit()));
    } catch (RingUnavailableException refused) {
      // A limit that is too low is a mistake of the set-up, which sendmmsg would hide.
      if (settings.engine() == Engine.URING || refused.isLackOfMemory()) {
        throw refused;
      }
      return withoutRing(settings, String.valueOf(refused.getMessage()));
    }
  }

  /**
   * On a machine that gives rings.
   *
   * @throws StartupException if the settings insist on what they lack
   */
  public static EngineChoice ring(SendSettings settings, KernelProbe.Features features)
      throws StartupException {
    boolean zeroCopy = settings.zeroCopy() != ZeroCopy.NEVER && features.sendZc();
    if (settings.zeroCopy() == ZeroCopy.ALWAYS && !zeroCopy) {
      throw refused(
          "send.zero-copy = always: kernel "
              + features.release()
              + " has no SEND_ZC; set send.zero-copy = auto");
    }
    if (settings.completion() == Completion.COMBINED && !(zeroCopy && features.combinedNative())) {
      throw refused(
          zeroCopy
              ? ("send.completion = combined: kernel %s does not combine the completions of SEND_ZC"
                      + " (tried bit %d of ioprio); run a kernel with the combined-CQE patch, name"
                      + " its bit in send.combine-flag-bit, or set send.completion = auto, which"
                      + " merges them in user space")
                  .formatted(
                      features.release(), Integer.numberOfTrailingZeros(features.combineFlag()))
              : "send.completion = combined needs zero-copy sends; set send.zero-copy = auto, or"
                  + " send.completion = auto");
    }
    if (!zeroCopy) {
      String reason =
          settings.zeroCopy() == ZeroCopy.NEVER
              ? "send.zero-copy = never"
              : "kernel " + features.release() + " has no SEND_ZC";
      return new EngineChoice(Rung.PLAIN_RING, reason, SendMode.COPY);
    }
    boolean combine = features.combinedNative() && settings.completion() != Completion.PAIRED;
    int flag = combine ? features.combineFlag() : 0;
    return new EngineChoice(
        Rung.ZERO_COPY_RING,
        "this machine gives rings, and their kernel has SEND_ZC",
        settings.zeroCopy() == ZeroCopy.AUTO ? SendMode.adaptive(flag) : SendMode.zeroCopy(flag));
  }

  /**
   * On a machine that gives none, where {@code send.engine = auto}.
   *
   * @param refusal why it gives none, and what to do behind the first semicolon
   * @throws StartupException if the settings insist on what only a ring has
   */
  public static EngineChoice withoutRing(SendSettings settings, String refusal)
      throws StartupException {
    if (settings.zeroCopy() == ZeroCopy.ALWAYS) {
      throw refused("send.zero-copy = always needs io_uring: " + refusal);
    }
    if (settings.completion() == Completion.COMBINED) {
      throw refused("send.completion = combined needs io_uring: " + refusal);
    }
    return sendmmsg(refusal);
  }

  private static EngineChoice sendmmsg(String reason) {
    return new EngineChoice(Rung.SENDMMSG, reason, SendMode.SENDMMSG);
  }

  private static StartupException refused(String message) {
    return new StartupException(ExitCode.ENVIRONMENT, message);
  }

  /** For programs: {@code uring} or {@code sendmmsg}. */
  String engine() {
    return mode.engine().name().toLowerCase(Locale.ROOT);
  }

  /** What zero-copy completions are: {@code native}, {@code emulated}, or {@code none}. */
  String combinedCqe() {
    if (!mode.zeroCopy()) {
      return "none";
    }
    return mode.combineFlag() != 0 ? "native" : "emulated";
  }

  /** One line for the log. */
  String describe() {
    String completions =
        switch (combinedCqe()) {
          case "native" -> "completions combined by the kernel";
          case "emulated" -> "completions paired by the kernel, merged here";
          default -> "single completions";
        };
    return "engine: %s, %s (%s)".formatted(rung.label(), completions, reason);
  }
}
