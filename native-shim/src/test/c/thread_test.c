/* SPDX-License-Identifier: Apache-2.0 */
/* What a thread does to itself, and to no other thread. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "millrace_shim.h"

enum { WORDS = 16 };

static void *run_body(void *body)
{
	void (*run)(void);

	memcpy(&run, body, sizeof(run));
	run();
	return NULL;
}

static void in_thread(void (*body)(void))
{
	pthread_t thread;

	REQUIRE_EQ(pthread_create(&thread, NULL, run_body, &body), 0);
	pthread_join(thread, NULL);
}

static uint32_t last_cpu(const uint64_t *mask)
{
	uint32_t last = 0;

	for (uint32_t cpu = 0; cpu < WORDS * 64; cpu++)
		if (mask[cpu / 64] >> cpu % 64 & 1)
			last = cpu;
	return last;
}

static void pin_and_look(void)
{
	uint64_t mask[WORDS];

	REQUIRE_RANGE(mr_thread_cpus(mask, WORDS), 1, WORDS * 64);
	uint32_t cpu = last_cpu(mask);
	REQUIRE_EQ(mr_thread_pin(cpu), 0);
	CHECK_EQ(sched_getcpu(), cpu);
	CHECK_EQ(mr_thread_cpus(mask, WORDS), 1);
	for (uint32_t word = 0; word < WORDS; word++)
		CHECK_EQ(mask[word], word == cpu / 64 ? UINT64_C(1) << cpu % 64 : 0);
}

static void pin_holds_for_the_calling_thread_only(void)
{
	uint64_t before[WORDS], after[WORDS];

	REQUIRE_RANGE(mr_thread_cpus(before, WORDS), 1, WORDS * 64);
	in_thread(pin_and_look);
	REQUIRE_RANGE(mr_thread_cpus(after, WORDS), 1, WORDS * 64);
	CHECK_EQ(memcmp(before, after, sizeof(before)), 0);
}

static void pin_refuses_cpus_that_are_not_there(void)
{
	CHECK_EQ(mr_thread_pin(100000), -EINVAL);
	CHECK_EQ(mr_thread_pin(1024), -EINVAL);
	CHECK_EQ(mr_thread_pin(UINT32_MAX), -EINVAL);
	if (sysconf(_SC_NPROCESSORS_CONF) < 1024)
		CHECK_EQ(mr_thread_pin(1023), -EINVAL);
}

static void cpus_are_the_scheduler_s_mask(void)
{
	uint64_t *mask = malloc(WORDS * sizeof(*mask));
	cpu_set_t set;
	int32_t bits = 0;

	memset(mask, 0xff, WORDS * sizeof(*mask));
	REQUIRE_EQ(sched_getaffinity(0, sizeof(set), &set), 0);
	CHECK_EQ(mr_thread_cpus(mask, WORDS), CPU_COUNT(&set));
	for (uint32_t cpu = 0; cpu < WORDS * 64; cpu++) {
		bool allowed = mask[cpu / 64] >> cpu % 64 & 1;
		CHECK_EQ(allowed, CPU_ISSET(cpu, &set) != 0);
		bits += allowed;
	}
	CHECK_EQ(bits, CPU_COUNT(&set));
	free(mask);
}

static void cpus_fit_a_short_mask(void)
{
	uint64_t *mask = malloc(sizeof(*mask));  /* ASan sees a write to a second word */
	uint64_t whole[WORDS];

	CHECK_EQ(mr_thread_cpus(mask, 1), mr_thread_cpus(whole, WORDS));
	CHECK_EQ(mask[0], whole[0]);
	free(mask);
	mask = malloc(1);
	CHECK_EQ(mr_thread_cpus(mask, 0), mr_thread_cpus(whole, WORDS));
	free(mask);
}

static void *wait_and_look(void *shared)
{
	int *ends = shared;
	uint64_t *mask = calloc(WORDS, sizeof(*mask));
	int32_t thread = gettid();

	CHECK_EQ(write(ends[1], &thread, sizeof(thread)), sizeof(thread));
	CHECK_EQ(read(ends[2], &thread, sizeof(thread)), sizeof(thread));
	CHECK_EQ(mr_thread_cpus(mask, WORDS), 1);
	return mask;
}

static void another_thread_is_confined(void)
{
	int ends[4];  /* of two pipes: what comes back, and the go-ahead */
	uint64_t before[WORDS], after[WORDS], one[WORDS] = { 0 };
	int32_t thread = 0;
	pthread_t other;
	void *seen;

	REQUIRE_EQ(pipe(ends), 0);
	REQUIRE_EQ(pipe(ends + 2), 0);
	REQUIRE_RANGE(mr_thread_cpus(before, WORDS), 1, WORDS * 64);
	uint32_t cpu = last_cpu(before);
	one[cpu / 64] = UINT64_C(1) << cpu % 64;
	REQUIRE_EQ(pthread_create(&other, NULL, wait_and_look, ends), 0);
	REQUIRE_EQ(read(ends[0], &thread, sizeof(thread)), sizeof(thread));
	CHECK_EQ(mr_thread_confine(thread, one, cpu / 64 + 1), 0);
	REQUIRE_EQ(write(ends[3], &thread, sizeof(thread)), sizeof(thread));
	REQUIRE_EQ(pthread_join(other, &seen), 0);
	CHECK_EQ(memcmp(seen, one, sizeof(one)), 0);
	free(seen);
	REQUIRE_RANGE(mr_thread_cpus(after, WORDS), 1, WORDS * 64);
	CHECK_EQ(memcmp(before, after, sizeof(before)), 0);
	for (int end = 0; end < 4; end++)
		close(ends[end]);
}

static void confining_needs_a_cpu_and_a_thread(void)
{
	uint64_t none[WORDS] = { 0 }, all[WORDS];

	CHECK_EQ(mr_thread_confine(gettid(), none, WORDS), -EINVAL);
	CHECK_EQ(mr_thread_confine(gettid(), none, 0), -EINVAL);
	memset(all, 0xff, sizeof(all));
	CHECK_EQ(mr_thread_confine(INT32_MAX, all, WORDS), -ESRCH);
}

static void name_and_look(void)
{
	char name[16];

	CHECK_EQ(mr_thread_name("sender-0"), 0);
	prctl(PR_GET_NAME, name, 0, 0, 0);
	CHECK_TEXT(name, "sender-0");
	CHECK_EQ(mr_thread_name("0123456789abcdefgh"), 0);
	prctl(PR_GET_NAME, name, 0, 0, 0);
	CHECK_TEXT(name, "0123456789abcde");
}

static void name_keeps_15_bytes(void)
{
	in_thread(name_and_look);
}

static void slack_and_look(void)
{
	CHECK_EQ(mr_thread_timer_slack(1), 0);
	CHECK_EQ(prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0), 1);
	CHECK_EQ(mr_thread_timer_slack(70000), 0);
	CHECK_EQ(prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0), 70000);
}

static void timer_slack_holds_for_the_calling_thread_only(void)
{
	int before = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);

	in_thread(slack_and_look);
	CHECK_EQ(prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0), before);
}

static int64_t thread_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void burn_and_look(void)
{
	int64_t user = 0, system = 0, last_user, last_system;

	REQUIRE_EQ(mr_thread_cpu_time(&user, &system), 0);
	/* Of this thread, not of the process: a new one has used next to nothing. */
	CHECK_RANGE(user + system, 0, 20 * 1000 * 1000);
	while (thread_clock_ns() < 50 * 1000 * 1000) {
		last_user = user;
		last_system = system;
		REQUIRE_EQ(mr_thread_cpu_time(&user, &system), 0);
		REQUIRE_RANGE(user, last_user, INT64_MAX);
		REQUIRE_RANGE(system, last_system, INT64_MAX);
	}
	/* Ticks or nanoseconds, as the kernel counts: the sum is about what the clock says. */
	REQUIRE_EQ(mr_thread_cpu_time(&user, &system), 0);
	CHECK_RANGE(user + system, 20 * 1000 * 1000, thread_clock_ns() + 50 * 1000 * 1000);
}

static void cpu_time_grows_and_is_the_thread_s_own(void)
{
	/* Something for a process-wide count to be wrong about. */
	while (thread_clock_ns() < 60 * 1000 * 1000)
		;
	in_thread(burn_and_look);
}

const struct test_case thread_cases[] = {
	CASE(pin_holds_for_the_calling_thread_only),
	CASE(pin_refuses_cpus_that_are_not_there),
	CASE(cpus_are_the_scheduler_s_mask),
	CASE(cpus_fit_a_short_mask),
	CASE(another_thread_is_confined),
	CASE(confining_needs_a_cpu_and_a_thread),
	CASE(name_keeps_15_bytes),
	CASE(timer_slack_holds_for_the_calling_thread_only),
	CASE(cpu_time_grows_and_is_the_thread_s_own),
	END_OF_CASES,
};
