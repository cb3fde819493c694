package io.millrace;

import io.millrace.config.TargetSettings;
import io.millrace.metrics.EngineView.TargetView;
import io.millrace.stream.Target;
import io.millrace.stream.TargetSocket;

/**
 * One target that a ring knows, with all that belongs to it.
 *
 * @param settings what it was made from
 * @param target as the ring has it
 * @param socket open as long as the ring knows the target
 * @param view as observers have it
 */
record LiveTarget(TargetSettings settings, Target target, TargetSocket socket, TargetView view) {}
