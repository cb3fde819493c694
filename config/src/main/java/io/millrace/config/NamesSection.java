package io.millrace.config;

import java.time.Duration;

/** {@code millrace.names}, and what a target may say otherwise. */
final class NamesSection {
  private static final double MOST_JITTER = 0.5;
  private static final ValueKind<Duration> REFRESH =
      ValueKind.duration(Duration.ofMillis(100), Duration.ofDays(1));
  private static final ValueKind<Duration> TIMEOUT =
      ValueKind.duration(Duration.ofMillis(10), Duration.ofMinutes(1));
  private static final ValueKind<NameAddresses> ADDRESSES = ValueKind.oneOf(NameAddresses.class);

  private NamesSection() {}

  static NameSettings read(ObjectReader names) {
    Duration refresh = names.required("refresh", REFRESH);
    double jitter = names.required("jitter", ValueKind.fraction(0, MOST_JITTER));
    Duration timeout = names.required("timeout", TIMEOUT);
    NameAddresses addresses = names.required("addresses", ADDRESSES);
    Unresolvable unresolvable = names.required("unresolvable", ValueKind.oneOf(Unresolvable.class));
    AddressFamily family = names.required("family", ValueKind.oneOf(AddressFamily.class));
    names.rejectUnknownKeys();
    return new NameSettings(refresh, jitter, timeout, addresses, unresolvable, family);
  }

  /** What one target says, and for the rest {@code defaults}. */
  static NameUse read(ObjectReader target, NameUse defaults) {
    return new NameUse(
        target.optional("addresses", ADDRESSES, defaults.addresses()),
        target.optional("refresh", REFRESH, defaults.refresh()));
  }

  /** Keys about names make no sense for a target that is an address. */
  static void reject(ObjectReader target) {
    for (String key : new String[] {"addresses", "refresh"}) {
      if (target.value(key) != null) {
        target.problem(key, "is about names, and to is an address; leave it out");
      }
    }
  }
}
