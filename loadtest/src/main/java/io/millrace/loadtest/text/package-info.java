/** Reading and writing what people and scripts see: durations, addresses, JSON, tables. */
@NullMarked
package io.millrace.loadtest.text;

import org.jspecify.annotations.NullMarked;
