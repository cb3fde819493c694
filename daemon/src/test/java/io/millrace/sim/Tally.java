package io.millrace.sim;

/** Figures of many runs. Written by one thread. */
final class Tally {
  final long[] faults = new long[Fault.values().length];
  final long[] seedsByMode = new long[SeedMode.values().length];
  long seeds;
  long steps;
  long requests;
  long datagrams;
  long cqes;
  long commands;

  void count(Fault fault) {
    faults[fault.ordinal()]++;
  }

  void add(Tally other) {
    seeds += other.seeds;
    steps += other.steps;
    requests += other.requests;
    datagrams += other.datagrams;
    cqes += other.cqes;
    commands += other.commands;
    for (int fault = 0; fault < faults.length; fault++) {
      faults[fault] += other.faults[fault];
    }
    for (int mode = 0; mode < seedsByMode.length; mode++) {
      seedsByMode[mode] += other.seedsByMode[mode];
    }
  }

  long faultsTotal() {
    long total = 0;
    for (long count : faults) {
      total += count;
    }
    return total;
  }
}
