/* SPDX-License-Identifier: Apache-2.0 */
/* <linux/io_uring.h> and the few constants that the oldest headers we build with (6.1) don't have. */
#ifndef MILLRACE_KERNEL_ABI_H
#define MILLRACE_KERNEL_ABI_H

#include <linux/io_uring.h>

#ifndef IORING_SEND_ZC_REPORT_USAGE
#define IORING_SEND_ZC_REPORT_USAGE (1U << 3)  /* since 6.2 */
#endif
#ifndef IORING_NOTIF_USAGE_ZC_COPIED
#define IORING_NOTIF_USAGE_ZC_COPIED (1U << 31)  /* since 6.2 */
#endif
#ifndef IORING_SETUP_NO_SQARRAY
#define IORING_SETUP_NO_SQARRAY (1U << 16)  /* since 6.6 */
#endif

#endif
