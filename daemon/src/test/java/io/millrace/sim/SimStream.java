package io.millrace.sim;

import io.millrace.stream.Stream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stream and what the simulation knows of it.
 *
 * @param held slots that its source has for good
 * @param feeder that fills slots for it, or null
 * @param finite its source ends
 */
record SimStream(
    Stream stream,
    List<SimSocket> sockets,
    List<Integer> held,
    @Nullable Feeder feeder,
    boolean finite) {}
