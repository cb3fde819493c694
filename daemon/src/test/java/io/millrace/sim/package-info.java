/**
 * A simulated kernel under the real sender: one thread, one seed, every fault, and the invariants
 * checked after each step.
 */
@NullMarked
package io.millrace.sim;

import org.jspecify.annotations.NullMarked;
