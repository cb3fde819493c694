/** Single-writer counters: written by one sender thread, read by any. */
@NullMarked
package io.millrace.counters;

import org.jspecify.annotations.NullMarked;
