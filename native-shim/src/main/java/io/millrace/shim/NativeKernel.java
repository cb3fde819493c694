package io.millrace.shim;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The kernel underneath this process, called through the C shim with the foreign function
 * interface. The handles are static and final, so that the compiler calls straight into C. Any
 * thread.
 */
@SuppressWarnings("restricted")
public final class NativeKernel implements Kernel {
  private static final SymbolLookup LIBRARY = ShimLibrary.open();
  private static final Linker LINKER = Linker.nativeLinker();

  private static final MethodHandle RING_SETUP =
      call("mr_ring_setup", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle RING_CLOSE =
      call("mr_ring_close", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle RING_REGISTER =
      call(
          "mr_ring_register",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle RING_ENTER =
      call(
          "mr_ring_enter",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle RING_SUPPORTS =
      call("mr_ring_supports", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle UDP_SOCKET =
      call("mr_udp_socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle SOCKET_CONNECT =
      call("mr_socket_connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle SOCKET_BIND =
      call("mr_socket_bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle SOCKET_LOCAL =
      call("mr_socket_local", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle SOCKET_SET =
      call(
          "mr_socket_set", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SOCKET_GET =
      call("mr_socket_get", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SOCKET_SEND =
      call("mr_socket_send", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CLOSE =
      call("mr_close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle ROUTE_DEVICE =
      call("mr_route_device", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle DEVICE_QDISC =
      call("mr_device_qdisc", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle DEVICE_SEGMENTS =
      call("mr_device_segments", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle RECEIVE_SCRATCH_BYTES =
      call("mr_receive_scratch_bytes", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
  private static final MethodHandle RECEIVE_BATCH =
      call(
          "mr_receive_batch",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle RECEIVE_TIMEOUT =
      call("mr_receive_timeout", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MEMORY_MAP =
      call("mr_memory_map", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS));
  private static final MethodHandle MEMORY_UNMAP =
      call("mr_memory_unmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle MEMORY_LOCK =
      call("mr_memory_lock", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle LIMIT_MEMLOCK =
      call("mr_limit_memlock", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle LIMIT_FILES =
      call("mr_limit_files", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle LIMIT_FILES_RAISE =
      call("mr_limit_files_raise", FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle THREAD_PIN =
      call("mr_thread_pin", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle THREAD_CPUS =
      call("mr_thread_cpus", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle THREAD_NAME =
      call("mr_thread_name", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle THREAD_TIMER_SLACK =
      call("mr_thread_timer_slack", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
  private static final MethodHandle THREAD_CPU_TIME =
      call("mr_thread_cpu_time", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle EVENTFD = call("mr_eventfd", FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle EVENTFD_SIGNAL =
      call("mr_eventfd_signal", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle REALTIME_NS =
      leaf("mr_realtime_ns", FunctionDescriptor.of(JAVA_LONG));
  private static final MethodHandle ERRNO_NAME =
      call("mr_errno_name", FunctionDescriptor.of(ADDRESS, JAVA_INT));
  private static final MethodHandle LAYOUT =
      call("mr_layout", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));

  private NativeKernel() {}

  /**
   * Loads the shim and compares its struct layouts with the copies in {@link KernelAbi}.
   *
   * @throws ShimException if there is no shim for this machine, it can't be loaded, or a layout
   *     differs
   */
  public static Kernel load() {
    NativeKernel kernel;
    try {
      kernel = new NativeKernel();
    } catch (ExceptionInInitializerError failure) {
      if (failure.getCause() instanceof ShimException cause) {
        throw cause;
      }
      throw failure;
    } catch (NoClassDefFoundError failure) {
      // An earlier attempt in this process failed, and its message said why.
      throw new ShimException("the native shim could not be loaded", failure);
    }
    KernelAbi.verify(kernel::layout);
    return kernel;
  }

  /**
   * A downcall that may block: the thread changes state, so that it never holds up a garbage
   * collection.
   */
  private static MethodHandle call(String symbol, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(symbol(symbol), descriptor);
  }

  /**
   * A downcall that returns at once and never blocks: without the change of thread state, some 10
   * ns cheaper.
   */
  private static MethodHandle leaf(String symbol, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(symbol(symbol), descriptor, Linker.Option.critical(false));
  }

  private static MemorySegment symbol(String name) {
    return LIBRARY
        .find(name)
        .orElseThrow(() -> new ShimException("the native shim lacks " + name + ": rebuild it"));
  }

  private static AssertionError unexpected(Throwable failure) {
    return new AssertionError("a downcall threw", failure);
  }

  @Override
  public int ringSetup(MemorySegment ring, int sqEntries, int cqEntries, int flags) {
    try {
      return (int) RING_SETUP.invokeExact(ring, sqEntries, cqEntries, flags);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int ringClose(MemorySegment ring) {
    try {
      return (int) RING_CLOSE.invokeExact(ring);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int ringRegister(int ringFd, int opcode, MemorySegment argument, int count) {
    try {
      return (int) RING_REGISTER.invokeExact(ringFd, opcode, argument, count);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int ringEnter(int ringFd, int toSubmit, int minComplete, int flags, long timeoutNs) {
    try {
      return (int) RING_ENTER.invokeExact(ringFd, toSubmit, minComplete, flags, timeoutNs);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int ringSupports(int ringFd, int opcode) {
    try {
      return (int) RING_SUPPORTS.invokeExact(ringFd, opcode);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int udpSocket(int family) {
    try {
      return (int) UDP_SOCKET.invokeExact(family);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int socketConnect(int fd, MemorySegment peer) {
    try {
      return (int) SOCKET_CONNECT.invokeExact(fd, peer);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int socketBind(int fd, MemorySegment local) {
    try {
      return (int) SOCKET_BIND.invokeExact(fd, local);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int socketLocal(int fd, MemorySegment local) {
    try {
      return (int) SOCKET_LOCAL.invokeExact(fd, local);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int socketSet(int fd, int level, int option, int value) {
    try {
      return (int) SOCKET_SET.invokeExact(fd, level, option, value);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int socketGet(int fd, int level, int option) {
    try {
      return (int) SOCKET_GET.invokeExact(fd, level, option);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int socketSend(int fd, MemorySegment data, int bytes) {
    try {
      return (int) SOCKET_SEND.invokeExact(fd, data, bytes);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int close(int fd) {
    try {
      return (int) CLOSE.invokeExact(fd);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int routeDevice(MemorySegment peer, int bound) {
    try {
      return (int) ROUTE_DEVICE.invokeExact(peer, bound);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int deviceQdisc(int device, MemorySegment kind, int bytes) {
    try {
      return (int) DEVICE_QDISC.invokeExact(device, kind, bytes);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int deviceSegments(MemorySegment name) {
    try {
      return (int) DEVICE_SEGMENTS.invokeExact(name);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public long receiveScratchBytes(int count) {
    try {
      return (long) RECEIVE_SCRATCH_BYTES.invokeExact(count);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int receiveBatch(
      int fd,
      MemorySegment slots,
      int slotBytes,
      int count,
      MemorySegment scratch,
      MemorySegment received) {
    try {
      return (int) RECEIVE_BATCH.invokeExact(fd, slots, slotBytes, count, scratch, received);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int receiveTimeout(int fd, long timeoutNs) {
    try {
      return (int) RECEIVE_TIMEOUT.invokeExact(fd, timeoutNs);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int memoryMap(long bytes, int pages, MemorySegment address) {
    try {
      return (int) MEMORY_MAP.invokeExact(bytes, pages, address);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int memoryUnmap(long address, long bytes) {
    try {
      return (int) MEMORY_UNMAP.invokeExact(address, bytes);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int memoryLock(long address, long bytes) {
    try {
      return (int) MEMORY_LOCK.invokeExact(address, bytes);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int limitMemlock(MemorySegment soft, MemorySegment hard) {
    try {
      return (int) LIMIT_MEMLOCK.invokeExact(soft, hard);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int limitFiles(MemorySegment soft, MemorySegment hard) {
    try {
      return (int) LIMIT_FILES.invokeExact(soft, hard);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int limitFilesRaise() {
    try {
      return (int) LIMIT_FILES_RAISE.invokeExact();
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int threadPin(int cpu) {
    try {
      return (int) THREAD_PIN.invokeExact(cpu);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int threadCpus(MemorySegment mask, int words) {
    try {
      return (int) THREAD_CPUS.invokeExact(mask, words);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int threadName(MemorySegment name) {
    try {
      return (int) THREAD_NAME.invokeExact(name);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int threadTimerSlack(long slackNs) {
    try {
      return (int) THREAD_TIMER_SLACK.invokeExact(slackNs);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int threadCpuTime(MemorySegment userNs, MemorySegment systemNs) {
    try {
      return (int) THREAD_CPU_TIME.invokeExact(userNs, systemNs);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int eventfd() {
    try {
      return (int) EVENTFD.invokeExact();
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public int eventfdSignal(int fd) {
    try {
      return (int) EVENTFD_SIGNAL.invokeExact(fd);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public long realtimeNs() {
    try {
      return (long) REALTIME_NS.invokeExact();
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  @Override
  public String errnoName(int error) {
    try {
      MemorySegment name = (MemorySegment) ERRNO_NAME.invokeExact(error);
      String text = name.reinterpret(64).getString(0);
      return text.isEmpty() ? "errno " + error : text;
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }

  private int layout(int index, MemorySegment name, MemorySegment value) {
    try {
      return (int) LAYOUT.invokeExact(index, name, value);
    } catch (Throwable failure) {
      throw unexpected(failure);
    }
  }
}
