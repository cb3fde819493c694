package io.millrace.loadtest.kill;

import java.util.Locale;

/** What the daemon is at when it is killed. */
enum Moment {
  /** Its rings are full. */
  LOADED(5, 250),
  /** A file has been changed, and it has just been asked to become what it says. */
  RELOADING(3, 40),
  /** It has had SIGTERM. */
  STOPPING(1, 60),
  /** It has been started; how long that takes is measured. */
  STARTING(3, 0);

  /** Of so many in all, how often it is drawn. */
  final int weight;

  /** Longest time until the kill. */
  final int mostMs;

  Moment(int weight, int mostMs) {
    this.weight = weight;
    this.mostMs = mostMs;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Moment drawn(int number) {
    int left = number % 12;
    for (Moment moment : values()) {
      left -= moment.weight;
      if (left < 0) {
        return moment;
      }
    }
    throw new AssertionError("the weights make up twelve");
  }
}
