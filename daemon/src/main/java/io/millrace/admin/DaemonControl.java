package io.millrace.admin;

/** What can be changed while the daemon runs. Any thread; each call waits until it is done. */
public interface DaemonControl {
  /**
   * Reads the configuration again and becomes what it says, as far as that goes without a restart.
   *
   * @param by who asked, for the log
   */
  ControlResult reload(String by);

  /** Stops a stream until it is resumed. */
  ControlResult pause(String stream);

  /** Lets a paused stream go on. */
  ControlResult resume(String stream);

  /**
   * Changes a stream's pace.
   *
   * @param rate "50 Mbit/s", "100000/s" (datagrams) or "unlimited"
   */
  ControlResult rate(String stream, String rate);

  /**
   * Sends a stream to one more target.
   *
   * @param address "host:port" or "[v6]:port"
   */
  ControlResult addTarget(String stream, String address);

  /**
   * Sends a stream to one target less.
   *
   * @param target as streams and metrics name it
   */
  ControlResult removeTarget(String stream, String target);
}
