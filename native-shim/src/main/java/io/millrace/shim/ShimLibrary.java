package io.millrace.shim;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;

/**
 * Finds the shim's shared library: the file that the system property {@value #PATH_PROPERTY} names
 * (packages install one beside the jars), else the copy for this architecture inside the jar, which
 * is loaded from memory ({@link UnnamedFile}), or, where that is forbidden, unpacked, loaded and
 * deleted at once.
 */
final class ShimLibrary {
  static final String PATH_PROPERTY = "millrace.shim.path";
  private static final String FILE_NAME = "libmillrace_shim.so";

  private static final Set<StandardOpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(
          Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));

  /** Other processes that start at the same moment take a few names, not this many. */
  static final int MOST_TAKEN = 1000;

  private ShimLibrary() {}

  @SuppressWarnings("restricted")
  static SymbolLookup open() {
    String configured = System.getProperty(PATH_PROPERTY);
    if (configured != null) {
      return load(Path.of(configured), PATH_PROPERTY + " names a library that can't be loaded: ");
    }
    byte[] library = read();
    SymbolLookup loaded = UnnamedFile.load(library, "millrace-shim");
    if (loaded != null) {
      return loaded;
    }
    Path unpacked = unpack(library);
    try {
      return load(
          unpacked,
          "the native shim can't be loaded (is the temporary folder mounted noexec? then set"
              + " java.io.tmpdir, or "
              + PATH_PROPERTY
              + "): ");
    } finally {
      delete(unpacked);
    }
  }

  @SuppressWarnings("restricted")
  private static SymbolLookup load(Path file, String complaint) {
    try {
      return SymbolLookup.libraryLookup(file, Arena.global());
    } catch (IllegalArgumentException failure) {
      throw new ShimException(complaint + failure.getMessage(), failure);
    }
  }

  private static byte[] read() {
    String resource = "/native/linux-" + architecture() + "/" + FILE_NAME;
    try (InputStream library = ShimLibrary.class.getResourceAsStream(resource)) {
      if (library == null) {
        throw new ShimException(
            "this build has no native shim for "
                + System.getProperty("os.name")
                + " on "
                + architecture()
                + "; build Millrace on such a machine");
      }
      return library.readAllBytes();
    } catch (IOException failure) {
      throw new ShimException("the native shim can't be read: " + failure, failure);
    }
  }

  private static Path unpack(byte[] library) {
    try {
      return write(library, Path.of(System.getProperty("java.io.tmpdir")), System.nanoTime());
    } catch (IOException failure) {
      throw new ShimException("the native shim can't be unpacked: " + failure, failure);
    }
  }

  /**
   * Writes a new file that only its owner may use, as {@link Files#createTempFile} does, but
   * without SecureRandom, which starts the security providers. Its name needn't be hard to guess:
   * CREATE_NEW follows no link and takes no file that is there.
   *
   * @param number of the first name to try; the next ones follow while they are taken
   */
  static Path write(byte[] bytes, Path folder, long number) throws IOException {
    for (int attempt = 0; ; attempt++) {
      Path file = folder.resolve("millrace-shim-" + Long.toHexString(number + attempt) + ".so");
      try (SeekableByteChannel out = Files.newByteChannel(file, NEW, OWNER_ONLY)) {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
          out.write(left);
        }
        return file;
      } catch (FileAlreadyExistsException taken) {
        if (attempt == MOST_TAKEN) {
          throw taken;
        }
      }
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException failure) {
      throw new ShimException("can't delete " + file + ": " + failure, failure);
    }
  }

  private static String architecture() {
    String name = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return name.equals("amd64") ? "x86_64" : name;
  }
}
