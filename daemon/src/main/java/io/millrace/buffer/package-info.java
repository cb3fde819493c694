/** Registered memory cut into slots, and the lock-free pool that they are claimed from. */
@NullMarked
package io.millrace.buffer;

import org.jspecify.annotations.NullMarked;
