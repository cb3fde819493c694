/**
 * The receiver: one thread per port takes datagrams in batches, follows their sequence and times,
 * and may hand their payload to a thread that writes it to disk.
 */
@NullMarked
package io.millrace.loadtest.receiver;

import org.jspecify.annotations.NullMarked;
