/**
 * Linux as Millrace sees it: {@link io.millrace.shim.Kernel} is the seam, {@link
 * io.millrace.shim.NativeKernel} the real thing behind it. The only package that binds native code.
 */
@NullMarked
package io.millrace.shim;

import org.jspecify.annotations.NullMarked;
