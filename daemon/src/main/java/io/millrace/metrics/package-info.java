/** Counters as Prometheus metrics, read at scrape time. */
@NullMarked
package io.millrace.metrics;

import org.jspecify.annotations.NullMarked;
