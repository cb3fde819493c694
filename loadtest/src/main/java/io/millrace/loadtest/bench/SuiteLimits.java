package io.millrace.loadtest.bench;

/** What a reader of the figures must know. */
final class SuiteLimits {
  private SuiteLimits() {}

  static final String TEXT =
      """
      - Rates, singles and trains: no network card. veth hands pages over in memory, without DMA and interrupts, and does
        no segmentation work: a train crosses it whole. A card with UDP segmentation offload does that work itself; where
        the device has none, the kernel cuts trains up in software, and their advantage shrinks. Rates here are the price of
        the system calls, the UDP stack and the completions, not of a wire.
      - Counts: trains are counted at the far side's ingress hook by their bytes, less one set of headers each. That the
        datagrams inside are whole is the tests' business, not this one's.
      - Zero copy: the far side drops before its stack, so that pages stay uncopied. Towards a receiver on the same machine
        the kernel copies after all.
      - Java against C: the daemon's windows begin %.1f s after its first packet (with --quick 0.3 s), when its hot loop is
        compiled; those of the others after %.1f s. Start-up is in none of them. Trains of both are equally long.
      - Cost of a datagram: CPU time of the thread that sends (the daemon's ring threads; of the others the whole program),
        which on veth includes the way up to the drop. How it splits into user and system is good to a per cent or so,
        where the kernel splits by timer ticks. The JVM's other threads aren't in it.
      - Peers: all that they do to be asked for their best is `unlimited rate` and one core. trafgen makes frames
        itself and passes the UDP stack by; iperf3 and nuttcp do bookkeeping that the others don't.
      - Sources: the large file lies in the page cache, and its reader runs on the other core; how fast a disk is, is left out.
      - Targets: daemon and C give a target 8 datagrams before the next has its turn, as a stream without a limit is sent. Where
        one is due at a time, a socket's cache misses come with every datagram (daemon/docs/adr/0004). All of
        them are ports of one host behind one route. With many hosts, neighbours and routes cost more.
      - Rings: the second ring's core is the one that this benchmark itself, and all else on a machine of two, runs on.
      - A kernel thread that polls has that core too. Its CPU time is in the cost of a datagram, also while it only spins.
      - Loopback: copies always, and the sender's thread pays for the way through the receiving stack too. Rates are of
        the whole run, a JVM's first seconds included; what wasn't delivered was lost at the receiver's buffer.
      - A quiet machine: other work may have run on it; the load average at the end says how much.
      """
          .formatted(SuiteSettings.DAEMON_WARM_UP_SECONDS, SuiteSettings.NATIVE_WARM_UP_SECONDS);
}
