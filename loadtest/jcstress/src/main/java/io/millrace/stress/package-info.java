/** Races of the lock-free parts, run by jcstress: every outcome it may ever see is named. */
@NullMarked
package io.millrace.stress;

import org.jspecify.annotations.NullMarked;
