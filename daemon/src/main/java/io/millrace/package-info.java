/** The daemon process: command line, composition root. */
@NullMarked
package io.millrace;

import org.jspecify.annotations.NullMarked;
