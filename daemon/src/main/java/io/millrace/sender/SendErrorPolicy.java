package io.millrace.sender;

import io.millrace.counters.DropReason;
import io.millrace.shim.Errno;

/**
 * The one place where an errno of a send becomes a decision: the datagram is dropped and counted
 * against its target, under the reason given here. No error of a send stops a stream, another
 * target or the daemon.
 */
final class SendErrorPolicy {
  private SendErrorPolicy() {}

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
      default -> DropReason.OTHER;
    };
  }
}
