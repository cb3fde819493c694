package io.millrace.uring;

import io.millrace.shim.KernelAbi;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes one merged completion of whatever the kernel posts for a request. Owned by one
 * SenderThread.
 *
 * <p>One rule serves both modes. A CQE with F_MORE carries the result and announces another; it is
 * remembered. The CQE without F_MORE ends the request: from here on the kernel doesn't use the
 * buffer. The request's result is the remembered one, or, where there was none (combined mode,
 * plain sends, early refusals), that of the ending CQE itself.
 *
 * <p>Linked sends would break it (a stock kernel ends a link-cancelled SEND_ZC with a CQE without
 * F_MORE and posts a stray notification after it), so sends are never linked.
 */
public final class CompletionMerger {
  /** How the kernel reported the end of a request. */
  public enum Form {
    COMBINED,
    PAIRED,
    SINGLE
  }

  /** What merged completions are given to. */
  public interface Sink {
    /**
     * The kernel is done with a request and its buffer.
     *
     * @param result bytes sent, or -errno
     * @param copied this was a sample (REPORT_USAGE), and the kernel says that it copied the
     *     payload
     */
    void onCompletion(int request, int result, Form form, boolean copied);

    /** A request that is neither a send nor a receive ended; its user_data is negative. */
    void onControl(long userData, int result);
  }

  /** No result yet. No errno is that large, no datagram that long. */
  private static final int NONE = Integer.MIN_VALUE;

  private final int[] results;
  private final Sink sink;
  private final @Nullable Receives receives;
  private int controls;

  /** For requests 0 to {@code requests - 1}, their numbers being the user_data. */
  public CompletionMerger(int requests, Sink sink) {
    this(requests, sink, null);
  }

  /** The same on a ring that receives too. */
  public CompletionMerger(int requests, Sink sink, @Nullable Receives receives) {
    this.receives = receives;
    results = new int[requests];
    Arrays.fill(results, NONE);
    this.sink = sink;
  }

  void onCqe(long userData, int result, int flags) {
    if (userData < 0) {
      if (userData <= Receives.FIRST_USER_DATA && receives != null) {
        receives.onCqe(userData, result, flags);
        return;
      }
      controls++;
      sink.onControl(userData, result);
      return;
    }
    int request = (int) userData;
    if ((flags & KernelAbi.IORING_CQE_F_MORE) != 0) {
      assert results[request] == NONE : "request " + request + " had a result already";
      results[request] = result;
      return;
    }
    int remembered = results[request];
    if (remembered != NONE) {
      results[request] = NONE;
      // A notification's res is 0, or with REPORT_USAGE a set of bits: the topmost, the sign, says
      // "copied".
      boolean copied = (result & KernelAbi.IORING_NOTIF_USAGE_ZC_COPIED) != 0;
      sink.onCompletion(request, remembered, Form.PAIRED, copied);
    } else {
      boolean combined = (flags & KernelAbi.IORING_CQE_F_NOTIF) != 0;
      sink.onCompletion(request, result, combined ? Form.COMBINED : Form.SINGLE, false);
    }
  }

  /** CQEs of requests that are neither sends nor receives, since the last call. */
  public int takeControls() {
    int taken = controls;
    controls = 0;
    return taken;
  }
}
