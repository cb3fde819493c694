/**
 * The load test's commands: {@link io.millrace.loadtest.Receive}, {@link io.millrace.loadtest.Run}
 * and {@link io.millrace.loadtest.Bench}. They read their options and print; the work lies in the
 * packages below.
 */
@NullMarked
package io.millrace.loadtest;

import org.jspecify.annotations.NullMarked;
