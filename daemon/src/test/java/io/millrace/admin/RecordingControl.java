package io.millrace.admin;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes what is asked of it, and answers what it was told to. */
final class RecordingControl implements DaemonControl {
  final List<String> calls = new CopyOnWriteArrayList<>();
  volatile ControlResult result = ControlResult.of(ControlResult.Kind.DONE, "done");

  private ControlResult called(String call) {
    calls.add(call);
    return result;
  }

  @Override
  public ControlResult reload(String by) {
    return called("reload");
  }

  @Override
  public ControlResult pause(String stream) {
    return called("pause " + stream);
  }

  @Override
  public ControlResult resume(String stream) {
    return called("resume " + stream);
  }

  @Override
  public ControlResult rate(String stream, String rate) {
    return called("rate " + stream + " " + rate);
  }

  @Override
  public ControlResult addTarget(String stream, String address) {
    return called("add " + stream + " " + address);
  }

  @Override
  public ControlResult removeTarget(String stream, String target) {
    return called("remove " + stream + " " + target);
  }
}
