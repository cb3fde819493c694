/** Sending without a ring: batches of sendmmsg(2), and what waits for a full socket. */
@NullMarked
package io.millrace.mmsg;

import org.jspecify.annotations.NullMarked;
