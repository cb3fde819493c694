/* SPDX-License-Identifier: Apache-2.0 */
/* RLIMIT_MEMLOCK and RLIMIT_NOFILE. */
#include <sys/resource.h>

#include "check.h"
#include "child.h"
#include "millrace_shim.h"

static void limits_are_the_process_s_own(void)
{
	struct rlimit memlock, files;
	uint64_t soft = 1, hard = 1;

	getrlimit(RLIMIT_MEMLOCK, &memlock);
	getrlimit(RLIMIT_NOFILE, &files);
	CHECK_EQ(mr_limit_memlock(&soft, &hard), 0);
	CHECK_EQ(soft, memlock.rlim_cur);
	CHECK_EQ(hard, memlock.rlim_max);
	CHECK_EQ(mr_limit_files(&soft, &hard), 0);
	CHECK_EQ(soft, files.rlim_cur);
	CHECK_EQ(hard, files.rlim_max);
}

enum { DIFFERENT = 1, CANNOT_SET = 2 };

static int soft_and_hard_differ(void)
{
	struct rlimit limit = { 4096, 8192 };
	uint64_t soft = 0, hard = 0;

	if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		return CANNOT_SET;
	return mr_limit_memlock(&soft, &hard) == 0 && soft == 4096 && hard == 8192 ? 0 : DIFFERENT;
}

static void limits_keep_soft_and_hard_apart(void)
{
	int result = in_child(soft_and_hard_differ);

	if (result == CANNOT_SET)
		SKIP("RLIMIT_MEMLOCK is below 8192 bytes");
	CHECK_EQ(result, 0);
}

static int unlimited_is_max(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	uint64_t soft = 0, hard = 0;

	if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		return CANNOT_SET;
	return mr_limit_memlock(&soft, &hard) == 0 && soft == UINT64_MAX && hard == UINT64_MAX ? 0 : DIFFERENT;
}

static void unlimited_is_the_largest_number(void)
{
	int result = in_child(unlimited_is_max);

	if (result == CANNOT_SET)
		SKIP("raising RLIMIT_MEMLOCK needs CAP_SYS_RESOURCE");
	CHECK_EQ(result, 0);
}

static void files_limit_rises_to_the_hard_one(void)
{
	struct rlimit old, low;
	uint64_t soft = 0, hard = 0;

	getrlimit(RLIMIT_NOFILE, &old);
	low = old;
	low.rlim_cur = 16;
	REQUIRE_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
	CHECK_EQ(mr_limit_files(&soft, &hard), 0);
	CHECK_EQ(soft, 16);
	CHECK_EQ(mr_limit_files_raise(), 0);
	CHECK_EQ(mr_limit_files(&soft, &hard), 0);
	CHECK_EQ(soft, old.rlim_max);
	CHECK_EQ(hard, old.rlim_max);
	REQUIRE_EQ(setrlimit(RLIMIT_NOFILE, &old), 0);
}

const struct test_case limit_cases[] = {
	CASE(limits_are_the_process_s_own),
	CASE(limits_keep_soft_and_hard_apart),
	CASE(unlimited_is_the_largest_number),
	CASE(files_limit_rises_to_the_hard_one),
	END_OF_CASES,
};
