/**
 * What the scenarios and the benchmark start and stop: processes, the daemon, receivers, the C
 * sender.
 */
@NullMarked
package io.millrace.loadtest.harness;

import org.jspecify.annotations.NullMarked;
