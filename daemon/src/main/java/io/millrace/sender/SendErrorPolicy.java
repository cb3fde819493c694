package io.millrace.sender;

import io.millrace.counters.DropReason;
import io.millrace.shim.Errno;

/**
 * The one place where an errno of a send becomes a decision: a refused train is sent again as
 * single datagrams; otherwise the datagrams are dropped and counted against their target, under the
 * reason given here. No error of a send stops a stream, another target or the daemon.
 */
final class SendErrorPolicy {
  private SendErrorPolicy() {}

  /**
   * Whether a train that ended with this errno may have been refused for being a train, so that its
   * datagrams are worth sending one by one. What Linux 6.12's net/ipv4/udp.c answers: EIO for a
   * device without checksum offload or an IPsec route, EINVAL (EMSGSIZE from 6.13 on) for a segment
   * longer than the path's MTU or more segments than the kernel takes; EOPNOTSUPP is for the
   * devices' own.
   */
  static boolean refusesTrains(int error) {
    return switch (error) {
      case Errno.EIO, Errno.EINVAL, Errno.EMSGSIZE, Errno.EOPNOTSUPP -> true;
      default -> false;
    };
  }

  /** The reason for a positive errno. */
  static DropReason reasonOf(int error) {
    return switch (error) {
      case Errno.ECONNREFUSED -> DropReason.ECONNREFUSED;
      case Errno.ENOBUFS -> DropReason.ENOBUFS;
      case Errno.EMSGSIZE -> DropReason.EMSGSIZE;
      case Errno.EAGAIN -> DropReason.EAGAIN;
      case Errno.ENOMEM -> DropReason.ENOMEM;
      case Errno.EPERM -> DropReason.EPERM;
      case Errno.EACCES -> DropReason.EACCES;
      case Errno.ENETUNREACH -> DropReason.ENETUNREACH;
      case Errno.EHOSTUNREACH -> DropReason.EHOSTUNREACH;
      case Errno.ENETDOWN -> DropReason.ENETDOWN;
      case Errno.EINVAL -> DropReason.EINVAL;
      case Errno.ECANCELED -> DropReason.ECANCELED;
      case Errno.EIO -> DropReason.EIO;
      case Errno.EOPNOTSUPP -> DropReason.EOPNOTSUPP;
      default -> DropReason.OTHER;
    };
  }
}
