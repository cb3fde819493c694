package io.millrace.fuzz;

import java.util.List;

/**
 * Something that takes input from strangers, and knows what it must never do with it. One thread.
 */
public interface FuzzTarget {
  /** Inputs to begin with: those that a stranger would send if he meant well, and known tricks. */
  List<byte[]> seeds();

  /** What its input is made of, put in while mutating. */
  List<String> words();

  /**
   * Takes one input.
   *
   * @throws AssertionError if what came of it isn't allowed
   * @throws Exception if it throws what isn't its own way of refusing
   */
  void accept(byte[] input) throws Exception;
}
