/** How the daemon's log is set up; {@link org.slf4j.LoggerFactory} finds it. */
@NullMarked
package io.millrace.logging;

import org.jspecify.annotations.NullMarked;
