/**
 * Microbenchmarks: what the code around the completion queue costs per request, without a kernel.
 */
@NullMarked
package io.millrace.jmh;

import org.jspecify.annotations.NullMarked;
