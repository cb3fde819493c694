package io.millrace.sim;

import io.millrace.sender.SendMode;

/** How the sender of a seed sends, and what its kernel knows: for the figures. */
enum SeedMode {
  COPY("copy"),
  ZERO_COPY_PAIRED("zero-copy, paired"),
  ZERO_COPY_COMBINED("zero-copy, combined"),
  ADAPTIVE_PAIRED("adaptive, paired"),
  ADAPTIVE_COMBINED("adaptive, combined");

  private final String label;

  SeedMode(String label) {
    this.label = label;
  }

  static SeedMode of(SendMode mode) {
    boolean combined = mode.combineFlag() != 0;
    if (!mode.zeroCopy()) {
      return COPY;
    }
    if (mode.adaptive()) {
      return combined ? ADAPTIVE_COMBINED : ADAPTIVE_PAIRED;
    }
    return combined ? ZERO_COPY_COMBINED : ZERO_COPY_PAIRED;
  }

  String label() {
    return label;
  }
}
