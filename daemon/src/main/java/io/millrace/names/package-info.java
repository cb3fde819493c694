/** Names of targets, and the addresses that they have at the moment. */
@NullMarked
package io.millrace.names;

import org.jspecify.annotations.NullMarked;
