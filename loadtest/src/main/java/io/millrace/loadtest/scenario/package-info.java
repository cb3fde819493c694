/**
 * The scenarios of {@code loadtest/run}: each sends something over loopback and says whether what
 * must hold holds.
 */
@NullMarked
package io.millrace.loadtest.scenario;

import org.jspecify.annotations.NullMarked;
