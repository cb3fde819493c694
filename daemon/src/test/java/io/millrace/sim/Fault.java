package io.millrace.sim;

import io.millrace.shim.Errno;

/** What the simulated kernel does to the sender. */
enum Fault {
  ENTER_EAGAIN(0),
  ENTER_EBUSY(0),
  ENTER_EINTR(0),
  /** io_uring_enter takes some of the SQEs and gets no events, as the kernel does then. */
  SHORT_SUBMIT(0),
  /** A CQE that found the CQ full, in a ring that got a smaller one than it asked for. */
  CQ_OVERFLOW(0),
  /** What had overflowed stays so for another io_uring_enter. */
  FLUSH_DELAYED(0),
  /** A buffer in use for longer than the one of a request that came after it. */
  OVERTAKEN(0),
  /** A request refused before its notification exists: one CQE without F_MORE. */
  REFUSED_EARLY(0),
  /** A socket from which nothing leaves for a while. */
  STUCK_TARGET(0),
  /** The thread of a polled ring fell asleep. */
  POLLER_SLEPT(0),
  /** A completion of a polled ring that came before the head had passed its batch. */
  HEAD_LATE(0),
  /** The wake-up's read ends with an error. */
  WAKE_UP_FAILED(0),
  /** A command that arrives while the thread sleeps in the kernel. */
  COMMAND_IN_SLEEP(0),
  /** A send that is given an error of a datagram that left earlier. */
  PENDING_ERROR(0),
  /** A receive ends behind a datagram, as where the CQ is full. */
  RECEIVE_ENDED(0),
  /** A receive finds no buffer. */
  RECEIVE_ENOBUFS(0),
  /** A receive ends with another error. */
  RECEIVE_FAILED(0),
  /** A datagram finds its socket's buffer full. */
  RECEIVE_DROPPED(0),
  SEND_ENOBUFS(Errno.ENOBUFS),
  SEND_ENOMEM(Errno.ENOMEM),
  SEND_ECONNREFUSED(Errno.ECONNREFUSED),
  SEND_EMSGSIZE(Errno.EMSGSIZE),
  SEND_EPERM(Errno.EPERM),
  SEND_ENETUNREACH(Errno.ENETUNREACH),
  SEND_EHOSTUNREACH(Errno.EHOSTUNREACH),
  SEND_EPROTO(Errno.EPROTO),
  SEND_EAGAIN(Errno.EAGAIN),
  SEND_EINTR(Errno.EINTR),
  SEND_ECANCELED(Errno.ECANCELED),
  TRAIN_EIO(Errno.EIO),
  TRAIN_EINVAL(Errno.EINVAL),
  TRAIN_EMSGSIZE(Errno.EMSGSIZE),
  TRAIN_EOPNOTSUPP(Errno.EOPNOTSUPP);

  private final int errno;

  Fault(int errno) {
    this.errno = errno;
  }

  /** Positive; 0: not the result of a send. */
  int errno() {
    return errno;
  }

  static Fault anySendError(Dice dice) {
    return values()[dice.between(SEND_ENOBUFS.ordinal(), SEND_ECANCELED.ordinal())];
  }

  static Fault anyTrainError(Dice dice) {
    return values()[dice.between(TRAIN_EIO.ordinal(), TRAIN_EOPNOTSUPP.ordinal())];
  }
}
