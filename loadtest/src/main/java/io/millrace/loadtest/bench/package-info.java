/**
 * The benchmark: the Java daemon against the C reference sender, and the receiver against its own
 * limit.
 */
@NullMarked
package io.millrace.loadtest.bench;

import org.jspecify.annotations.NullMarked;
