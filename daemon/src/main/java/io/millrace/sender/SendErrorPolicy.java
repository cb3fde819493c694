package io.millrace.sender;

import io.millrace.counters.DropReason;
import io.millrace.shim.Errno;
import java.util.Arrays;

/**
 * The one place where an errno of a send becomes a decision. The rules are a table, which
 * ARCHITECTURE.md repeats for people ("Errors"; a test holds the two equal). Stateless; any thread.
 */
final class SendErrorPolicy {
  /** What becomes of a request that failed. */
  enum Decision {
    /** It may have been refused for being a train: its datagrams are sent one by one. */
    SINGLES("singles"),
    /** It may have met an error of an earlier datagram: it is sent again at once. */
    RESEND("send again"),
    /** Something is full: it is sent again after a delay, and its target waits. */
    RETRY("retry"),
    /** Its datagrams are dropped. */
    DROP("drop"),
    /** They are dropped, and a target that goes on like this is given up for a while. */
    BREAK("break"),
    /** No error of a target's but a bug or a broken process: the daemon stops. */
    STOP("stop");

    private final String label;

    Decision(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  /**
   * Times that a datagram is sent again at once. The second time may meet the error of one that was
   * sent in between.
   */
  static final int MOST_RESENDS = 2;

  /** Times that a datagram is sent again after a delay. */
  static final int MOST_RETRIES = 8;

  /**
   * What is known about an errno.
   *
   * @param error positive
   * @param reason that datagrams are dropped for
   * @param refusesTrains it may be due to the request being a train
   * @param mayBePending it may be due to an earlier datagram
   * @param decision if neither is the case, or has been tried
   */
  record Rule(
      int error,
      DropReason reason,
      boolean refusesTrains,
      boolean mayBePending,
      Decision decision) {}

  private static final boolean TRAINS = true;
  private static final boolean PENDING = true;

  /**
   * Trains: what Linux 6.12's net/ipv4/udp.c answers: EIO for a device without checksum offload or
   * an IPsec route, EINVAL (EMSGSIZE from 6.13 on) for a segment longer than the path's MTU or more
   * segments than the kernel takes; EOPNOTSUPP is for the devices' own.
   *
   * <p>Pending: what an ICMP message becomes (icmp_err_convert in net/ipv4/icmp.c,
   * icmpv6_err_convert in net/ipv6/icmp.c). The kernel keeps the last one at the socket (sk_err)
   * and gives it to the next send in place of sending: seen on 6.18 with SEND, SEND_ZC and
   * sendmmsg, with and without IP_RECVERR, where sends to a closed port succeed and fail in turn.
   * Reading the socket's error queue to its end takes it away too, but an error that arrives
   * between the reading and the send doesn't care; a queue that nobody reads fills up, and sk_err
   * is set all the same.
   *
   * <p>The rest was seen on 6.18 over veth: EPERM is an output filter's drop (its reject leaves
   * ECONNREFUSED pending besides), EINVAL a blackhole route, EACCES a prohibit route, EHOSTUNREACH
   * an unreachable route at once or an ARP request without an answer later, ENETUNREACH a link that
   * was set down, ENOBUFS a link whose far end is down, or a full queue.
   */
  private static final Rule[] RULES = {
    new Rule(Errno.EAGAIN, DropReason.EAGAIN, !TRAINS, !PENDING, Decision.RETRY),
    new Rule(Errno.ENOBUFS, DropReason.ENOBUFS, !TRAINS, !PENDING, Decision.RETRY),
    new Rule(Errno.ENOMEM, DropReason.ENOMEM, !TRAINS, !PENDING, Decision.RETRY),
    new Rule(Errno.EMSGSIZE, DropReason.EMSGSIZE, TRAINS, PENDING, Decision.DROP),
    new Rule(Errno.EINVAL, DropReason.EINVAL, TRAINS, !PENDING, Decision.BREAK),
    new Rule(Errno.EIO, DropReason.EIO, TRAINS, !PENDING, Decision.BREAK),
    new Rule(Errno.EOPNOTSUPP, DropReason.EOPNOTSUPP, TRAINS, PENDING, Decision.BREAK),
    new Rule(Errno.ECONNREFUSED, DropReason.ECONNREFUSED, !TRAINS, PENDING, Decision.BREAK),
    new Rule(Errno.EHOSTUNREACH, DropReason.EHOSTUNREACH, !TRAINS, PENDING, Decision.BREAK),
    new Rule(Errno.ENETUNREACH, DropReason.ENETUNREACH, !TRAINS, PENDING, Decision.BREAK),
    new Rule(Errno.EACCES, DropReason.EACCES, !TRAINS, PENDING, Decision.BREAK),
    new Rule(Errno.EPROTO, DropReason.OTHER, !TRAINS, PENDING, Decision.BREAK),
    new Rule(Errno.ENOPROTOOPT, DropReason.OTHER, !TRAINS, PENDING, Decision.BREAK),
    new Rule(Errno.EHOSTDOWN, DropReason.OTHER, !TRAINS, PENDING, Decision.BREAK),
    new Rule(Errno.ENONET, DropReason.OTHER, !TRAINS, PENDING, Decision.BREAK),
    new Rule(Errno.EPERM, DropReason.EPERM, !TRAINS, !PENDING, Decision.BREAK),
    new Rule(Errno.ENETDOWN, DropReason.ENETDOWN, !TRAINS, !PENDING, Decision.BREAK),
    new Rule(Errno.ECANCELED, DropReason.ECANCELED, !TRAINS, !PENDING, Decision.DROP),
    new Rule(Errno.EBADF, DropReason.OTHER, !TRAINS, !PENDING, Decision.STOP),
    new Rule(Errno.ENOTSOCK, DropReason.OTHER, !TRAINS, !PENDING, Decision.STOP),
    new Rule(Errno.EFAULT, DropReason.OTHER, !TRAINS, !PENDING, Decision.STOP),
  };

  /** An errno that persists must not cost a system call for each datagram, whatever it is. */
  private static final Rule ANY_OTHER =
      new Rule(0, DropReason.OTHER, !TRAINS, !PENDING, Decision.BREAK);

  private SendErrorPolicy() {}

  /** The rules, and the one for every other errno, whose {@code error} is 0. For tests. */
  static Rule[] rules() {
    Rule[] all = Arrays.copyOf(RULES, RULES.length + 1);
    all[RULES.length] = ANY_OTHER;
    return all;
  }

  /** The rule for a positive errno. */
  static Rule ruleOf(int error) {
    for (Rule rule : RULES) {
      if (rule.error == error) {
        return rule;
      }
    }
    return ANY_OTHER;
  }

  /**
   * Decides.
   *
   * @param segments the request met a socket that cuts trains. A single datagram is refused there
   *     too, where the path doesn't take trains
   * @param resends times that it was sent again because of an error that may have been pending
   * @param retries times that it was sent again after a delay
   */
  static Decision decide(Rule rule, boolean segments, int resends, int retries) {
    if (segments && rule.refusesTrains) {
      return Decision.SINGLES;
    }
    if (rule.mayBePending && resends < MOST_RESENDS) {
      return Decision.RESEND;
    }
    if (rule.decision == Decision.RETRY && retries >= MOST_RETRIES) {
      return Decision.BREAK;
    }
    return rule.decision;
  }

  /** The reason for a positive errno. */
  static DropReason reasonOf(int error) {
    return ruleOf(error).reason;
  }
}
