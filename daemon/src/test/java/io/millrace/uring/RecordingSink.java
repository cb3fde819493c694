package io.millrace.uring;

import java.util.ArrayList;
import java.util.List;

/** Notes what a merger makes of the CQEs it is given. */
final class RecordingSink implements CompletionMerger.Sink {
  /**
   * {@code "request -> result FORM"}, with {@code " copied"} behind it where the kernel says so.
   */
  final List<String> completions = new ArrayList<>();

  final List<String> controls = new ArrayList<>();

  @Override
  public void onCompletion(int request, int result, CompletionMerger.Form form, boolean copied) {
    completions.add(request + " -> " + result + " " + form + (copied ? " copied" : ""));
  }

  @Override
  public void onControl(long userData, int result) {
    controls.add(userData + " -> " + result);
  }
}
