/** Kills the daemon at random moments and looks at what is left, and whether a restart works. */
@NullMarked
package io.millrace.loadtest.kill;

import org.jspecify.annotations.NullMarked;
