package io.millrace.loadtest.harness;

import java.util.ArrayList;
import java.util.List;

/**
 * Runs commands as a user that this machine has no name for, without groups, capabilities, or a way
 * to get any. Nobody else is that user, so what it leaves is what the command left. Needs root.
 */
public final class PlainUser {
  /** Far from those that distributions give away. */
  public static final int ID = 747_474;

  private PlainUser() {}

  /**
   * What runs a command as that user.
   *
   * @param lockedBytes RLIMIT_MEMLOCK, soft and hard
   */
  public static List<String> prefix(long lockedBytes) {
    return List.of(
        "prlimit",
        "--memlock=" + lockedBytes + ":" + lockedBytes,
        "setpriv",
        "--reuid=" + ID,
        "--regid=" + ID,
        "--clear-groups",
        "--inh-caps=-all",
        "--bounding-set=-all",
        "--no-new-privs");
  }

  /** The same behind another prefix, such as {@code ip netns exec NAME}. */
  public static List<String> prefixAfter(List<String> other, long lockedBytes) {
    List<String> all = new ArrayList<>(other);
    all.addAll(prefix(lockedBytes));
    return all;
  }

  /**
   * Lets it use the lab's folder, and sees to it that it reaches the project.
   *
   * @throws HarnessException if it can't run the launcher: a folder above the project is closed
   */
  public static void invite(Lab lab) {
    lab.giveFolderTo(ID);
    List<String> look = new ArrayList<>(prefix(0));
    look.addAll(List.of("test", "-r", lab.root().resolve("deploy/millrace").toString()));
    try {
      ManagedProcess.run(look);
    } catch (HarnessException unreachable) {
      throw new HarnessException(
          "user " + ID + " can't read " + lab.root() + ": every folder above it needs o+x");
    }
  }
}
