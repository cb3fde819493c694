/** What is sent, to whom, how fast: sources, targets, pacers. */
@NullMarked
package io.millrace.stream;

import org.jspecify.annotations.NullMarked;
