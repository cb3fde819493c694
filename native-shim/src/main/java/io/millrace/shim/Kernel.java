package io.millrace.shim;

import java.lang.foreign.MemorySegment;

/**
 * The system calls that Millrace makes, as a seam: the real kernel is {@link NativeKernel}, tests
 * may put another in its place. Each method is one call of the C shim and returns at least 0 on
 * success and -errno on failure; none throws, none allocates. Any thread may call, except where the
 * kernel asks for a certain one (a SINGLE_ISSUER ring's owner).
 */
public interface Kernel {
  /**
   * Creates a ring with exactly these flags, maps it and describes it in {@code ring} (struct
   * mr_ring).
   *
   * @param cqEntries CQEs that the CQ holds; 0: twice the SQ
   * @param flags IORING_SETUP_*
   */
  int ringSetup(MemorySegment ring, int sqEntries, int cqEntries, int flags);

  /**
   * The same for a ring whose SQ a kernel thread polls.
   *
   * @param flags IORING_SETUP_*; IORING_SETUP_SQPOLL is added
   * @param idleMs without an SQE, after which the thread sleeps; 0: 1 s
   * @param cpu that the thread is pinned to; negative: any
   */
  int ringSetupPolled(
      MemorySegment ring, int sqEntries, int cqEntries, int flags, int idleMs, int cpu);

  /** Unmaps and closes a ring; the kernel cancels what is still in flight. */
  int ringClose(MemorySegment ring);

  /** io_uring_register(2). */
  int ringRegister(int ringFd, int opcode, MemorySegment argument, int count);

  /**
   * io_uring_enter(2). May block; returns the SQEs taken, and {@code toSubmit} where a thread
   * polls.
   *
   * @param timeoutNs how long to wait for {@code minComplete} CQEs; negative: no limit. -ETIME when
   *     it passes
   */
  int ringEnter(int ringFd, int toSubmit, int minComplete, int flags, long timeoutNs);

  /** 1 if the kernel knows this IORING_OP_*, 0 if not. */
  int ringSupports(int ringFd, int opcode);

  /** A UDP socket of AF_INET or AF_INET6. */
  int udpSocket(int family);

  /** Connects to an {@link Endpoint}. */
  int socketConnect(int fd, MemorySegment peer);

  /** Binds to an {@link Endpoint}. */
  int socketBind(int fd, MemorySegment local);

  /** Writes the address that a socket is bound to into an {@link Endpoint}. */
  int socketLocal(int fd, MemorySegment local);

  /** Sets an int option. */
  int socketSet(int fd, int level, int option, int value);

  /** The value of an int option. */
  int socketGet(int fd, int level, int option);

  /**
   * Datagrams that a socket has dropped since it was made, because its receive buffer was full;
   * modulo 2^32.
   */
  long socketDrops(int fd);

  /**
   * Lets datagrams bring the time at which they are to leave (SO_TXTIME).
   *
   * @param clock that the times are of: KernelAbi.CLOCK_MONOTONIC, or CLOCK_TAI, which needs
   *     CAP_NET_ADMIN
   */
  int socketTxTime(int fd, int clock);

  /**
   * Joins a multicast group, by IGMP or MLD.
   *
   * @param group an {@link Endpoint}; its port has no meaning
   * @param source an {@link Endpoint}: only what it sends (may be called for several); NULL:
   *     anybody
   * @param device index of the interface to join on; 0: as the routing table says
   */
  int socketJoin(int fd, MemorySegment group, MemorySegment source, int device);

  /** Sends on a connected socket, blocking; returns the bytes sent. */
  int socketSend(int fd, MemorySegment data, int bytes);

  /**
   * Lets each of {@code count} messages have the iovec of the same index as its only one; returns
   * 0.
   *
   * @param messages struct mmsghdr[]
   * @param vectors struct iovec[], which is filled in before each batch
   */
  int sendPrepare(MemorySegment messages, MemorySegment vectors, int count);

  /**
   * Sends prepared messages group by group, as sendmmsg(2) does, without blocking; returns the
   * calls of sendmmsg(2) made. A failed message doesn't keep those behind it.
   *
   * @param groups struct mr_send_group[]: the messages of a group lie side by side and go to one
   *     socket
   * @param results 4 bytes for each message: bytes sent, or -errno; -EAGAIN for a message whose
   *     socket's buffer is full, and for all behind it to the same socket
   */
  int sendBatch(MemorySegment groups, int count, MemorySegment messages, MemorySegment results);

  /** An epoll descriptor. */
  int pollOpen();

  /**
   * Adds a descriptor to an epoll descriptor.
   *
   * @param events KernelAbi.EPOLL*
   * @param tag what {@link #pollWait} calls it
   */
  int pollAdd(int pollFd, int fd, int events, int tag);

  /** Takes a descriptor out again. */
  int pollRemove(int pollFd, int fd);

  /**
   * Waits until something happens to one of the descriptors; returns how many there are.
   *
   * @param timeoutNs how long at most; 0: not at all
   * @param tags receives their tags, 4 bytes each
   * @param most tags that there is room for
   */
  int pollWait(int pollFd, long timeoutNs, MemorySegment tags, int most);

  /** Closes a descriptor. */
  int close(int fd);

  /**
   * The index of the interface that datagrams to an {@link Endpoint} leave by.
   *
   * @param bound the interface that their socket is bound to, or 0
   */
  int routeDevice(MemorySegment peer, int bound);

  /**
   * Writes the kind of queueing discipline that datagrams meet at an interface, such as "fq", as a
   * string that ends with 0; where the root spreads them over queues (mq), that of the first.
   *
   * @param bytes that {@code kind} has room for; the kernel's kinds have at most 16
   */
  int deviceQdisc(int device, MemorySegment kind, int bytes);

  /**
   * What the queueing discipline of kind "etf" that datagrams meet at an interface was set up with;
   * -ENODATA where they meet another.
   *
   * @param deltaNs receives how long before its time a datagram is taken from the queue, 4 bytes
   * @param flags receives KernelAbi.TC_ETF_*, 4 bytes
   */
  int deviceEtf(int device, MemorySegment deltaNs, MemorySegment flags);

  /**
   * 1 if an interface cuts trains into datagrams itself, 0 if the kernel does it.
   *
   * @param name a string that ends with 0
   */
  int deviceSegments(MemorySegment name);

  /** Bytes of scratch memory that {@link #receiveBatch} needs. */
  long receiveScratchBytes(int count);

  /**
   * Receives 1 to {@code count} datagrams, datagram i into {@code slots} at i * slotBytes, its
   * description into {@code received} (struct mr_received) at index i. Blocks for the first as long
   * as the socket's receive timeout, then -EAGAIN.
   */
  int receiveBatch(
      int fd,
      MemorySegment slots,
      int slotBytes,
      int count,
      MemorySegment scratch,
      MemorySegment received);

  /** SO_RCVTIMEO, rounded down to microseconds; 0: no limit. */
  int receiveTimeout(int fd, long timeoutNs);

  /**
   * Maps zeroed private memory.
   *
   * @param bytes a multiple of the page size
   * @param pages KernelAbi.MR_PAGES_*
   * @param address receives the address, 8 bytes
   */
  int memoryMap(long bytes, int pages, MemorySegment address);

  /** Unmaps what {@link #memoryMap} mapped. */
  int memoryUnmap(long address, long bytes);

  /** mlock(2). */
  int memoryLock(long address, long bytes);

  /** RLIMIT_MEMLOCK in bytes, -1 (all ones) for unlimited; 8 bytes each. */
  int limitMemlock(MemorySegment soft, MemorySegment hard);

  /** RLIMIT_NOFILE, -1 (all ones) for unlimited; 8 bytes each. */
  int limitFiles(MemorySegment soft, MemorySegment hard);

  /** Raises the soft limit on open files to the hard one. */
  int limitFilesRaise();

  /** Pins the calling thread to one CPU. */
  int threadPin(int cpu);

  /**
   * The CPUs that the calling thread may run on, as a bit mask of 64-bit words; returns how many.
   */
  int threadCpus(MemorySegment mask, int words);

  /**
   * Confines another thread of this process to CPUs.
   *
   * @param thread the kernel's number of it
   * @param mask at least one CPU, a bit mask of 64-bit words
   */
  int threadConfine(int thread, MemorySegment mask, int words);

  /**
   * Names the calling thread for the kernel; 15 bytes are kept.
   *
   * @param name zero-terminated
   */
  int threadName(MemorySegment name);

  /** How late the kernel may wake the calling thread, in nanoseconds. */
  int threadTimerSlack(long slackNs);

  /** CPU time of the calling thread in nanoseconds; 8 bytes each. */
  int threadCpuTime(MemorySegment userNs, MemorySegment systemNs);

  /** A non-blocking eventfd with counter 0. */
  int eventfd();

  /** Adds 1 to an eventfd. */
  int eventfdSignal(int fd);

  /**
   * Sends a message to a Unix datagram socket, as sd_notify(3) does; never waits.
   *
   * @param path of the socket, ended by a NUL; '@' at its beginning: an abstract name
   * @return 0, or -EAGAIN if nobody reads there
   */
  int notifyManager(MemorySegment path, MemorySegment message, int bytes);

  /** CLOCK_REALTIME in nanoseconds since the epoch. */
  long realtimeNs();

  /** CLOCK_TAI in nanoseconds: the epoch's clock without leap seconds. */
  long taiNs();

  /**
   * CLOCK_MONOTONIC in nanoseconds: the JVM reads it without the shim, and inlines this where there
   * is no other kernel. Here so that a simulated kernel brings its own time.
   */
  default long nanoTime() {
    return System.nanoTime();
  }

  /** {@code "ECONNREFUSED"} for 111; {@code "errno 4711"} for a number without a name. */
  String errnoName(int error);
}
