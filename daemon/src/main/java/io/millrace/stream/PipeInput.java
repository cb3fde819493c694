package io.millrace.stream;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of standard input, of a FIFO or of a file that grows, one after the other. Owned by one
 * thread, but for {@link #unblock}.
 */
public final class PipeInput implements AutoCloseable {
  /** What the end of the input means. */
  public enum AtEnd {
    /** The end. */
    END,
    /** More will come: from the next writer of a FIFO, or at the end of the file. */
    WAIT,
    /**
     * The same; and where the path of a file names another one by then, that one follows, from its
     * start.
     */
    REOPEN
  }

  /** There will be no more. */
  static final int ENDED = -1;

  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Null: standard input. */
  private final @Nullable Path path;

  private final AtEnd atEnd;
  private @Nullable FileChannel channel;
  private @Nullable BasicFileAttributes attributes;
  private volatile boolean stopped;

  /** Lets the thread out of an open(2) that waits for a writer. */
  private volatile @Nullable FileChannel writer;

  private PipeInput(@Nullable Path path, AtEnd atEnd) {
    this.path = path;
    this.atEnd = atEnd;
  }

  /** Standard input, up to its end. */
  public static PipeInput stdin() {
    return new PipeInput(null, AtEnd.END);
  }

  /** A FIFO or a file, opened when it is first read. */
  public static PipeInput of(Path path, AtEnd atEnd) {
    return new PipeInput(path, atEnd);
  }

  /**
   * Reads some bytes, waiting for the first.
   *
   * @param buffer with room
   * @return how many, at least 1, or {@link #ENDED}
   */
  int read(ByteBuffer buffer) throws IOException {
    while (!stopped) {
      FileChannel open = channel == null ? open() : channel;
      int bytes = open.read(buffer);
      if (bytes > 0) {
        return bytes;
      }
      if (atEnd == AtEnd.END) {
        return ENDED;
      }
      if (attributes != null && attributes.isOther()) {
        open(); // waits for the next writer
        open.close();
      } else {
        awaitGrowth(open);
      }
    }
    return ENDED;
  }

  private FileChannel open() throws IOException {
    FileChannel opened;
    if (path == null) {
      @SuppressWarnings("resource") // closing the channel closes it
      FileInputStream standardInput = new FileInputStream(FileDescriptor.in);
      opened = standardInput.getChannel();
    } else {
      attributes = Files.readAttributes(path, BasicFileAttributes.class);
      opened =
          atEnd != AtEnd.END && attributes.isOther()
              ? openForGood(path)
              : FileChannel.open(path, StandardOpenOption.READ);
    }
    channel = opened;
    return opened;
  }

  /**
   * Opens a FIFO that has more than one writer in its time for writing too: then it never ends. To
   * close it at an end and open it anew loses data: a writer that comes between the two finds a
   * reader, and is killed by SIGPIPE when that one goes. Where writing isn't allowed, the old
   * descriptor stays open until the new one is, and what such a writer leaves comes with the next.
   */
  private static FileChannel openForGood(Path fifo) throws IOException {
    try {
      return FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (AccessDeniedException readOnly) {
      return FileChannel.open(fifo, StandardOpenOption.READ);
    }
  }

  private void awaitGrowth(FileChannel open) throws IOException {
    if (atEnd == AtEnd.REOPEN && path != null && isAnotherFile(path, open)) {
      close();
      return;
    }
    LockSupport.parkNanos(POLL_NS);
  }

  /** Whether the file was replaced (log rotation) or truncated. Between two files there is none. */
  private boolean isAnotherFile(Path named, FileChannel open) throws IOException {
    try {
      BasicFileAttributes now = Files.readAttributes(named, BasicFileAttributes.class);
      Object known = attributes == null ? null : attributes.fileKey();
      return !Objects.equals(now.fileKey(), known) || now.size() < open.position();
    } catch (NoSuchFileException rotating) {
      return false;
    }
  }

  /**
   * Makes {@link #read} return soon, and for good; another thread.
   *
   * @param reader the thread that reads
   */
  void unblock(Thread reader) {
    if (stopped) {
      return;
    }
    stopped = true;
    try {
      if (path != null && Files.readAttributes(path, BasicFileAttributes.class).isOther()) {
        // Reading and writing, a FIFO opens at once. It stays open until the reader is through.
        writer = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      }
    } catch (IOException gone) {
      // Then nobody waits in its open(2).
    }
    reader.interrupt();
  }

  @Override
  public void close() throws IOException {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      open.close();
    }
    FileChannel opened = writer;
    if (opened != null) {
      opened.close();
    }
  }

  @Override
  public String toString() {
    return path == null ? "standard input" : path.toString();
  }
}
