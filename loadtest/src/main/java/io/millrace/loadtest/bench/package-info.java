/**
 * The benchmark. {@link io.millrace.loadtest.bench.Suite} runs every contender in turn: the daemon
 * and the C reference in each mode, and other programs. Beside it, in longer windows, the daemon
 * against the C reference alone, the cost of a request, and the receiver against its own limit.
 */
@NullMarked
package io.millrace.loadtest.bench;

import org.jspecify.annotations.NullMarked;
