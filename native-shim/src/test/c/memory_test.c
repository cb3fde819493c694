/* SPDX-License-Identifier: Apache-2.0 */
/* mr_memory_map, mr_memory_unmap and mr_memory_lock. */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "millrace_shim.h"

#define BYTES (UINT64_C(4) << 20)

/*
 * AddressSanitizer replaces mlock(2) by a function that does nothing. A definition in the program itself goes before
 * the library's, so the shim's call reaches the kernel again.
 */
int mlock(const void *address, size_t bytes)
{
	return (int)syscall(SYS_mlock, address, bytes);
}

static bool is_mapped(uint64_t address)
{
	unsigned char resident;

	return mincore((void *)(uintptr_t)address, 1, &resident) == 0;
}

/* The line of /proc/self/smaps that begins with `key`, for the mapping that holds `address`; "" if there is none. */
static void mapping_line(uint64_t address, const char *key, char *line, int bytes)
{
	FILE *maps = fopen("/proc/self/smaps", "r");
	uint64_t from, to;
	char mode[5];
	bool inside = false, found = false;

	while (maps && !found && fgets(line, bytes, maps)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &from, &to, mode) == 3)
			inside = address >= from && address < to;
		else
			found = inside && !strncmp(line, key, strlen(key));
	}
	if (!found)
		line[0] = 0;
	if (maps)
		fclose(maps);
}

static void check_zeroed_and_writable(uint64_t address, uint64_t bytes)
{
	uint8_t *memory = (uint8_t *)(uintptr_t)address;

	for (uint64_t i = 0; i < bytes; i += 4096)
		if (!CHECK_EQ(memory[i], 0))
			return;
	CHECK_EQ(memory[bytes - 1], 0);
	memset(memory, 0x5a, bytes);
	CHECK_EQ(memory[bytes - 1], 0x5a);
}

static void memory_is_zeroed_and_goes_away(void)
{
	uint64_t address = 0;

	REQUIRE_EQ(mr_memory_map(BYTES, MR_PAGES_NORMAL, &address), 0);
	CHECK(address != 0);
	CHECK_EQ(address % (uint64_t)sysconf(_SC_PAGESIZE), 0);
	check_zeroed_and_writable(address, BYTES);
	CHECK_EQ(mr_memory_unmap(address, BYTES), 0);
	CHECK(!is_mapped(address));
}

static void normal_memory_asks_for_no_transparent_huge_pages(void)
{
	uint64_t address = 0;
	char flags[300];

	if (access("/sys/kernel/mm/transparent_hugepage", F_OK) < 0)
		SKIP("this kernel has no transparent huge pages");
	REQUIRE_EQ(mr_memory_map(BYTES, MR_PAGES_NORMAL, &address), 0);
	mapping_line(address, "VmFlags:", flags, sizeof(flags));
	CHECK_EQ(mr_memory_unmap(address, BYTES), 0);
	if (!flags[0])
		SKIP("/proc/self/smaps has no VmFlags");
	CHECK(strstr(flags, " nh ") != NULL);
}

static void huge_memory_is_zeroed_and_huge(void)
{
	uint64_t address = 1;
	char line[300];
	unsigned long page_kb = 0;

	int32_t result = mr_memory_map(BYTES, MR_PAGES_HUGE, &address);
	if (result == -ENOMEM || result == -EINVAL || result == -EOPNOTSUPP || result == -ENOSYS) {
		CHECK_EQ(address, 0);
		SKIP("no huge pages to be had: %s", mr_errno_name(-result));
	}
	REQUIRE_EQ(result, 0);
	check_zeroed_and_writable(address, BYTES);
	mapping_line(address, "KernelPageSize:", line, sizeof(line));
	sscanf(line, "KernelPageSize: %lu kB", &page_kb);
	CHECK(page_kb * 1024 > (unsigned long)sysconf(_SC_PAGESIZE));
	CHECK_EQ(mr_memory_unmap(address, BYTES), 0);
}

static void memory_map_refuses_impossible_sizes(void)
{
	uint64_t address = 1;

	CHECK_EQ(mr_memory_map(0, MR_PAGES_NORMAL, &address), -EINVAL);
	CHECK_EQ(address, 0);
	address = 1;
	CHECK_EQ(mr_memory_map(UINT64_C(1) << 62, MR_PAGES_NORMAL, &address), -ENOMEM);
	CHECK_EQ(address, 0);
}

static void memory_unmap_refuses_a_bad_address(void)
{
	CHECK_EQ(mr_memory_unmap(1, 4096), -EINVAL);
	CHECK_EQ(mr_memory_unmap(0, 0), -EINVAL);
}

static void locked_memory_is_counted(void)
{
	uint64_t address = 0, bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	char line[300];
	unsigned long locked_kb = 0;

	REQUIRE_EQ(mr_memory_map(bytes, MR_PAGES_NORMAL, &address), 0);
	int32_t result = mr_memory_lock(address, bytes);
	if (result == -EPERM || (result == -ENOMEM && geteuid() != 0)) {
		mr_memory_unmap(address, bytes);
		SKIP("RLIMIT_MEMLOCK leaves no page: %s", mr_errno_name(-result));
	}
	CHECK_EQ(result, 0);
	mapping_line(address, "Locked:", line, sizeof(line));
	CHECK_EQ(sscanf(line, "Locked: %lu kB", &locked_kb), 1);
	CHECK_EQ(locked_kb * 1024, bytes);
	CHECK_EQ(mr_memory_unmap(address, bytes), 0);
}

static void memory_lock_reports_an_unmapped_range(void)
{
	uint64_t address = 0, bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t soft, hard;

	/* A limit of 0 is refused before the range is looked at. */
	REQUIRE_EQ(mr_limit_memlock(&soft, &hard), 0);
	if (soft < bytes && geteuid() != 0)
		SKIP("RLIMIT_MEMLOCK is %" PRIu64 " bytes", soft);
	REQUIRE_EQ(mr_memory_map(bytes, MR_PAGES_NORMAL, &address), 0);
	REQUIRE_EQ(mr_memory_unmap(address, bytes), 0);
	CHECK_EQ(mr_memory_lock(address, bytes), -ENOMEM);
}

enum { CANNOT_DROP_ROOT = 255 };

/* An ordinary user with one page of RLIMIT_MEMLOCK locks two; returns the errno. */
static int lock_beyond_the_limit(void)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), address;
	struct rlimit limit = { page, page };

	if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		return CANNOT_DROP_ROOT;
	if (geteuid() == 0 && setuid(65534) < 0)
		return CANNOT_DROP_ROOT;
	if (mr_memory_map(2 * page, MR_PAGES_NORMAL, &address) < 0)
		return CANNOT_DROP_ROOT;
	return -mr_memory_lock(address, 2 * page);
}

static void memory_lock_reports_the_limit(void)
{
	int error = in_child(lock_beyond_the_limit);

	if (error == CANNOT_DROP_ROOT)
		SKIP("can't become an ordinary user with a small RLIMIT_MEMLOCK");
	CHECK_EQ(error, ENOMEM);
}

const struct test_case memory_cases[] = {
	CASE(memory_is_zeroed_and_goes_away),
	CASE(normal_memory_asks_for_no_transparent_huge_pages),
	CASE(huge_memory_is_zeroed_and_huge),
	CASE(memory_map_refuses_impossible_sizes),
	CASE(memory_unmap_refuses_a_bad_address),
	CASE(locked_memory_is_counted),
	CASE(memory_lock_reports_an_unmapped_range),
	CASE(memory_lock_reports_the_limit),
	END_OF_CASES,
};
