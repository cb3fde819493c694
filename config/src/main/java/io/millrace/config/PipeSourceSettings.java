package io.millrace.config;

import java.nio.file.Path;

/**
 * {@code source { type = pipe }}: what another program writes to standard input, a FIFO or a file,
 * cut into datagrams as it comes.
 *
 * @param path absolute, or {@link #STDIN}; when the configuration was loaded it could be read
 * @param framing how the datagrams are told apart
 * @param datagramBytes UDP payload bytes, 1..65507: of each datagram where the framing is fixed
 *     (the last one may be shorter), else of the longest
 * @param atEnd what the end of the input means
 */
public record PipeSourceSettings(Path path, Framing framing, int datagramBytes, AtEnd atEnd)
    implements SourceSettings {

  /** The path of standard input. */
  public static final Path STDIN = Path.of("-");

  /** How datagrams are told apart. */
  public enum Framing {
    /** All are equally long. */
    FIXED,
    /** Each has its length before it: 16 bits, big-endian. */
    LENGTH_16,
    /** Each has its length before it: 32 bits, big-endian. */
    LENGTH_32,
    /** Each is a line, sent without its end. */
    LINE
  }

  /** What the end of the input means. */
  public enum AtEnd {
    /** The stream's end. */
    END,
    /** More will come: from the next writer of a FIFO, or at the end of the file. */
    WAIT,
    /**
     * The same; and where the path names another file by then, that one follows, from its start.
     */
    REOPEN
  }

  /** Whether all datagrams are equally long, so that one slot may hold many. */
  public boolean isFixed() {
    return framing == Framing.FIXED;
  }

  public boolean isStdin() {
    return path.equals(STDIN);
  }

  @Override
  public String describe() {
    return isStdin() ? "standard input" : "pipe " + path;
  }
}
