/* SPDX-License-Identifier: Apache-2.0 */
/* Event descriptors, the clock, names of errors, and the layout table. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "kernel_abi.h"
#include "loopback.h"

static void eventfd_counts_signals_until_read(void)
{
	uint64_t counter = 0;
	int32_t fd = mr_eventfd();

	REQUIRE_RANGE(fd, 0, INT32_MAX);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(read(fd, &counter, sizeof(counter)), -1);
	CHECK_EQ(errno, EAGAIN);
	CHECK_EQ(mr_eventfd_signal(fd), 0);
	CHECK_EQ(mr_eventfd_signal(fd), 0);
	CHECK_EQ(read(fd, &counter, sizeof(counter)), sizeof(counter));
	CHECK_EQ(counter, 2);
	CHECK_EQ(mr_close(fd), 0);
}

static void eventfd_that_is_full_is_signalled_already(void)
{
	const uint64_t full = UINT64_MAX - 1;
	uint64_t counter = 0;
	int32_t fd = mr_eventfd();

	REQUIRE_EQ(write(fd, &full, sizeof(full)), sizeof(full));
	CHECK_EQ(mr_eventfd_signal(fd), 0);
	CHECK_EQ(read(fd, &counter, sizeof(counter)), sizeof(counter));
	CHECK_EQ(counter, full);
	CHECK_EQ(mr_close(fd), 0);
}

static void eventfd_signal_reports_a_closed_fd(void)
{
	CHECK_EQ(mr_eventfd_signal(closed_fd()), -EBADF);
}

static void eventfd_reports_emfile(void)
{
	struct rlimit old, none;

	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	int32_t result = mr_eventfd();
	setrlimit(RLIMIT_NOFILE, &old);
	CHECK_EQ(result, -EMFILE);
}

static void realtime_is_near_the_clock(void)
{
	const int64_t second = 1000000000;
	struct timespec now;

	int64_t time_ns = mr_realtime_ns();
	clock_gettime(CLOCK_REALTIME, &now);
	int64_t clock_ns = (int64_t)now.tv_sec * second + now.tv_nsec;
	CHECK_RANGE(time_ns, clock_ns - second, clock_ns + second);
}

static void errno_names_are_the_macros(void)
{
	CHECK_TEXT(mr_errno_name(ECONNREFUSED), "ECONNREFUSED");
	CHECK_TEXT(mr_errno_name(ENOBUFS), "ENOBUFS");
	CHECK_TEXT(mr_errno_name(ETIME), "ETIME");
	CHECK_TEXT(mr_errno_name(EAGAIN), "EAGAIN");
	CHECK_TEXT(mr_errno_name(EOPNOTSUPP), "EOPNOTSUPP");  /* ENOTSUP is the same number */
}

static void errno_without_a_name_is_empty(void)
{
	CHECK_TEXT(mr_errno_name(4000), "");
	CHECK_TEXT(mr_errno_name(-1), "");
	CHECK_TEXT(mr_errno_name(INT32_MIN), "");
}

/* How many entries the table has; a table without end stops at 10,000. */
static uint32_t layout_entries(void)
{
	const char *name;
	uint64_t value;
	uint32_t index = 0;

	while (index < 10000 && mr_layout(index, &name, &value) == 0)
		index++;
	return index;
}

static void layout_table_ends_with_enoent(void)
{
	const char *name = "untouched";
	uint64_t value = 77;
	uint32_t entries = layout_entries();

	CHECK_RANGE(entries, 50, 9999);
	CHECK_EQ(mr_layout(entries, &name, &value), -ENOENT);
	CHECK_EQ(mr_layout(UINT32_MAX, &name, &value), -ENOENT);
	CHECK_TEXT(name, "untouched");
	CHECK_EQ(value, 77);
}

static void layout_names_are_unique(void)
{
	const char *name, *earlier;
	uint64_t value;
	uint32_t entries = layout_entries();

	for (uint32_t i = 0; i < entries; i++) {
		name = NULL;
		REQUIRE_EQ(mr_layout(i, &name, &value), 0);
		REQUIRE(name != NULL);
		CHECK(name[0] != 0);
		for (uint32_t j = 0; j < i; j++) {
			mr_layout(j, &earlier, &value);
			CHECK(strcmp(name, earlier) != 0);
		}
	}
}

/* -1: there is no such entry. */
static int64_t layout_value(const char *wanted)
{
	const char *name;
	uint64_t value;

	for (uint32_t i = 0; mr_layout(i, &name, &value) == 0; i++)
		if (!strcmp(name, wanted))
			return (int64_t)value;
	return -1;
}

/* Numbers from the kernel's documentation, not from its headers: those the table has already. */
static void layout_values_are_the_kernel_s(void)
{
	CHECK_EQ(layout_value("io_uring_sqe.size"), 64);
	CHECK_EQ(layout_value("io_uring_sqe.user_data"), 32);
	CHECK_EQ(layout_value("io_uring_sqe.buf_index"), 40);
	CHECK_EQ(layout_value("io_uring_cqe.size"), 16);
	CHECK_EQ(layout_value("io_uring_cqe.flags"), 12);
	CHECK_EQ(layout_value("iovec.size"), 16);
	CHECK_EQ(layout_value("mr_ring.fd"), 104);
	CHECK_EQ(layout_value("mr_ring.size"), 128);
	CHECK_EQ(layout_value("mr_endpoint.size"), 24);
	CHECK_EQ(layout_value("mr_received.size"), 16);
	CHECK_EQ(layout_value("IORING_OP_SEND_ZC"), 47);
	CHECK_EQ(layout_value("IORING_CQE_F_NOTIF"), 8);
	CHECK_EQ(layout_value("IORING_SETUP_NO_SQARRAY"), 65536);
	CHECK_EQ(layout_value("IORING_NOTIF_USAGE_ZC_COPIED"), INT64_C(0x80000000));
}

const struct test_case other_cases[] = {
	CASE(eventfd_counts_signals_until_read),
	CASE(eventfd_that_is_full_is_signalled_already),
	CASE(eventfd_signal_reports_a_closed_fd),
	CASE(eventfd_reports_emfile),
	CASE(realtime_is_near_the_clock),
	CASE(errno_names_are_the_macros),
	CASE(errno_without_a_name_is_empty),
	CASE(layout_table_ends_with_enoent),
	CASE(layout_names_are_unique),
	CASE(layout_values_are_the_kernel_s),
	END_OF_CASES,
};
