/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "millrace_shim.h"

int32_t mr_memory_map(uint64_t bytes, uint32_t pages, uint64_t *address)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | (pages == MR_PAGES_HUGE ? MAP_HUGETLB : 0);
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);

	*address = 0;
	if (memory == MAP_FAILED)
		return -errno;
	/*
	 * io_uring joins the base pages of a transparent huge page into one segment when it registers them, and then
	 * charges every zero-copy datagram to the socket's buffer with its offset in that segment: up to 2 MiB for 1400
	 * bytes, 816 KB on average as measured on 6.18. Advice only: a kernel without THP refuses it, and nothing is lost.
	 */
	if (pages == MR_PAGES_NORMAL)
		madvise(memory, bytes, MADV_NOHUGEPAGE);
	*address = (uint64_t)(uintptr_t)memory;
	return 0;
}

int32_t mr_memory_unmap(uint64_t address, uint64_t bytes)
{
	return munmap((void *)(uintptr_t)address, bytes) < 0 ? -errno : 0;
}

int32_t mr_memory_lock(uint64_t address, uint64_t bytes)
{
	return mlock((const void *)(uintptr_t)address, bytes) < 0 ? -errno : 0;
}

static int32_t limit_of(int resource, uint64_t *soft, uint64_t *hard)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0)
		return -errno;
	*soft = limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur;
	*hard = limit.rlim_max == RLIM_INFINITY ? UINT64_MAX : limit.rlim_max;
	return 0;
}

int32_t mr_limit_memlock(uint64_t *soft, uint64_t *hard)
{
	return limit_of(RLIMIT_MEMLOCK, soft, hard);
}

int32_t mr_limit_files(uint64_t *soft, uint64_t *hard)
{
	return limit_of(RLIMIT_NOFILE, soft, hard);
}

int32_t mr_limit_files_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : 0;
}

int32_t mr_thread_pin(uint32_t cpu)
{
	cpu_set_t set;

	if (cpu >= CPU_SETSIZE)
		return -EINVAL;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) < 0 ? -errno : 0;
}

int32_t mr_thread_cpus(uint64_t *mask, uint32_t words)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return -errno;
	memset(mask, 0, words * sizeof(*mask));
	for (uint32_t cpu = 0; cpu < CPU_SETSIZE && cpu / 64 < words; cpu++)
		if (CPU_ISSET(cpu, &set))
			mask[cpu / 64] |= UINT64_C(1) << cpu % 64;
	return CPU_COUNT(&set);
}

int32_t mr_thread_confine(uint32_t thread, const uint64_t *mask, uint32_t words)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (uint32_t cpu = 0; cpu < CPU_SETSIZE && cpu / 64 < words; cpu++)
		if (mask[cpu / 64] >> cpu % 64 & 1)
			CPU_SET(cpu, &set);
	return sched_setaffinity((pid_t)thread, sizeof(set), &set) < 0 ? -errno : 0;
}

int32_t mr_thread_name(const char *name)
{
	return prctl(PR_SET_NAME, name, 0, 0, 0) < 0 ? -errno : 0;
}

int32_t mr_thread_timer_slack(uint64_t slack_ns)
{
	return prctl(PR_SET_TIMERSLACK, slack_ns, 0, 0, 0) < 0 ? -errno : 0;
}

static int64_t nanoseconds(struct timeval time)
{
	return (int64_t)time.tv_sec * 1000000000 + (int64_t)time.tv_usec * 1000;
}

int32_t mr_thread_cpu_time(int64_t *user_ns, int64_t *system_ns)
{
	struct rusage usage;

	if (getrusage(RUSAGE_THREAD, &usage) < 0)
		return -errno;
	*user_ns = nanoseconds(usage.ru_utime);
	*system_ns = nanoseconds(usage.ru_stime);
	return 0;
}

int32_t mr_eventfd(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int32_t mr_eventfd_signal(int32_t fd)
{
	uint64_t one = 1;

	/* A full counter (EAGAIN) is a signal already given. */
	return write(fd, &one, sizeof(one)) < 0 && errno != EAGAIN ? -errno : 0;
}

int64_t mr_realtime_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t mr_tai_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_TAI, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

const char *mr_errno_name(int32_t error)
{
	const char *name = strerrorname_np(error);
	return name ? name : "";
}
