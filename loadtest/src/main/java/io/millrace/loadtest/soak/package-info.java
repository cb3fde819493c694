/** Lets the daemon run for long while its machine, its network and its users do what they do. */
@NullMarked
package io.millrace.loadtest.soak;

import org.jspecify.annotations.NullMarked;
