package io.millrace.fuzz;

import io.millrace.admin.RequestsFuzz;
import io.millrace.stream.FramingFuzz;
import io.millrace.stream.pcap.CaptureFuzz;
import java.util.Locale;

/** Every target; loadtest/fuzz takes them in this order, by their names in small letters. */
enum FuzzTargets {
  CONFIGURATION,
  VALUES,
  REQUESTS,
  FRAMING,
  CAPTURE;

  FuzzTarget make() {
    return switch (this) {
      case CONFIGURATION -> new ConfigurationFuzz();
      case VALUES -> new ValuesFuzz();
      case REQUESTS -> new RequestsFuzz();
      case FRAMING -> new FramingFuzz();
      case CAPTURE -> new CaptureFuzz();
    };
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static FuzzTargets of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }
}
