/** MPEG transport streams (ISO/IEC 13818-1) as bytes: packets, clocks, what a loop rewrites. */
@NullMarked
package io.millrace.stream.ts;

import org.jspecify.annotations.NullMarked;
