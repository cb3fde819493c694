/** The hot loop: one pinned thread per ring, and the only way in from other threads. */
@NullMarked
package io.millrace.sender;

import org.jspecify.annotations.NullMarked;
