/**
 * Bad input for everything that reads what others have written: by seed in the tests, guided by
 * coverage in loadtest/fuzz.
 */
@NullMarked
package io.millrace.fuzz;

import org.jspecify.annotations.NullMarked;
