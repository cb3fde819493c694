/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the shim's cases, all or those named in the arguments, one after the other, and prints a line for each. The
 * kernel is the real one, and packets go over loopback only. Exit status 0: nothing failed.
 */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "millrace_shim.h"

extern const struct test_case ring_setup_cases[];
extern const struct test_case ring_enter_cases[];
extern const struct test_case ring_polled_cases[];
extern const struct test_case ring_register_cases[];
extern const struct test_case ring_send_cases[];
extern const struct test_case socket_cases[];
extern const struct test_case device_cases[];
extern const struct test_case receive_cases[];
extern const struct test_case memory_cases[];
extern const struct test_case limit_cases[];
extern const struct test_case thread_cases[];
extern const struct test_case other_cases[];
extern const struct test_case send_cases[];
extern const struct test_case poll_cases[];
extern const struct test_case notify_cases[];

static const struct test_case *const groups[] = {
	ring_setup_cases, ring_enter_cases, ring_register_cases, ring_send_cases, ring_polled_cases, socket_cases,
	receive_cases,    memory_cases,     limit_cases,         thread_cases,    other_cases,
	send_cases,       poll_cases,       device_cases,        notify_cases,
};

/* Of the running case. */
static unsigned failures;
static char skip_reason[200];

/* Most values are results, and a name says more than -22. */
static const char *errno_of(int64_t value)
{
	return value < 0 && value > -4096 ? mr_errno_name((int32_t)-value) : "";
}

bool check_equal(const char *file, int line, const char *expression, int64_t actual, int64_t expected)
{
	if (actual == expected)
		return true;
	failures++;
	printf("%s:%d: %s is %" PRId64 " %s, expected %" PRId64 " %s\n", file, line, expression, actual,
	       errno_of(actual), expected, errno_of(expected));
	return false;
}

bool check_range(const char *file, int line, const char *expression, int64_t actual, int64_t low, int64_t high)
{
	if (actual >= low && actual <= high)
		return true;
	failures++;
	printf("%s:%d: %s is %" PRId64 " %s, expected %" PRId64 " to %" PRId64 "\n", file, line, expression, actual,
	       errno_of(actual), low, high);
	return false;
}

bool check_text(const char *file, int line, const char *expression, const char *actual, const char *expected)
{
	if (!strcmp(actual, expected))
		return true;
	failures++;
	printf("%s:%d: %s is \"%s\", expected \"%s\"\n", file, line, expression, actual, expected);
	return false;
}

void skip_case(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(skip_reason, sizeof(skip_reason), format, arguments);
	va_end(arguments);
}

static bool is_chosen(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return argc == 1;
}

static void set_alarms(int how)
{
	sigset_t alarms;

	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	pthread_sigmask(how, &alarms, NULL);
}

static void *run_in_thread(void *argument)
{
	const struct test_case *test = argument;

	/* interrupt_often() means the case, not the main thread that waits for it. */
	set_alarms(SIG_UNBLOCK);
	test->run();
	return NULL;
}

/*
 * A thread for each case: the kernel ends a closed ring some time later, by task work in the threads that used it,
 * and that makes a blocking call there return EINTR (io_ring_exit_work() in io_uring/io_uring.c, TWA_SIGNAL).
 */
static void run_case(const struct test_case *test)
{
	pthread_t thread;

	REQUIRE_EQ(pthread_create(&thread, NULL, run_in_thread, (void *)test), 0);
	pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	unsigned passed = 0, failed = 0, skipped = 0;

	set_alarms(SIG_BLOCK);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
		for (const struct test_case *test = groups[g]; test->name; test++) {
			if (!is_chosen(test->name, argc, argv))
				continue;
			failures = 0;
			skip_reason[0] = 0;
			run_case(test);
			/* A failure before the skip is still a failure. */
			if (failures) {
				printf("FAIL %s: %u failed\n", test->name, failures);
				failed++;
			} else if (skip_reason[0]) {
				printf("skip %s: %s\n", test->name, skip_reason);
				skipped++;
			} else {
				printf("ok %s\n", test->name);
				passed++;
			}
		}
	}
	printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
	/* A misspelt name must not look like a success. */
	return failed || passed + skipped == 0;
}
