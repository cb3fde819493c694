package io.millrace.shim;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Loads a library from a file in memory that never had a name (memfd_create(2)): a process that is
 * killed while it starts leaves nothing in the folder for temporary files, and that folder may be
 * mounted noexec. Any thread.
 */
final class UnnamedFile {
  private static final int MFD_CLOEXEC = 1;

  /** From Linux 6.3 on; without it the kernel may make the file not executable. */
  private static final int MFD_EXEC = 0x10;

  private UnnamedFile() {}

  /**
   * Loads it.
   *
   * @return null if this machine doesn't let it: no memfd, no /proc, or a policy against it
   */
  @SuppressWarnings("restricted")
  static @Nullable SymbolLookup load(byte[] library, String name) {
    int fd = create(name);
    if (fd < 0) {
      return null;
    }
    // By its text: a Path would be resolved to the name that it doesn't have.
    String path = "/proc/self/fd/" + fd;
    try {
      Files.write(Path.of(path), library);
      return SymbolLookup.libraryLookup(path, Arena.global());
    } catch (IOException | IllegalArgumentException refused) {
      return null;
    } finally {
      call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), fd);
    }
  }

  private static int create(String name) {
    FunctionDescriptor type = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      int fd = call("memfd_create", type, text, MFD_CLOEXEC | MFD_EXEC);
      return fd >= 0 ? fd : call("memfd_create", type, text, MFD_CLOEXEC);
    }
  }

  /** A function of the C library; -1 if there is none. */
  @SuppressWarnings("restricted")
  private static int call(String function, FunctionDescriptor type, Object... arguments) {
    Linker linker = Linker.nativeLinker();
    MemorySegment address = linker.defaultLookup().find(function).orElse(null);
    if (address == null) {
      return -1;
    }
    MethodHandle handle = linker.downcallHandle(address, type);
    try {
      return (int) handle.invokeWithArguments(arguments);
    } catch (Throwable impossible) {
      throw new AssertionError("a call into the C library: " + function, impossible);
    }
  }
}
