/** The admin HTTP server and its client side. */
@NullMarked
package io.millrace.admin;

import org.jspecify.annotations.NullMarked;
