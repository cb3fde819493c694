/** The io_uring protocol over the mapped rings: submission, completion, merging, probing. */
@NullMarked
package io.millrace.uring;

import org.jspecify.annotations.NullMarked;
