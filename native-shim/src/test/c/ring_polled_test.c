/* SPDX-License-Identifier: Apache-2.0 */
/* mr_ring_setup_polled: rings whose SQ a kernel thread polls. */
#define _GNU_SOURCE
#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "loopback.h"
#include "ring_driver.h"

/* What Java's polled rings have. */
#define POLLED_FLAGS (IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_SUBMIT_ALL)

#define IDLE_MS 1
#define ANY_CPU (-1)

#define OPEN_POLLED(ring, flags, idle_ms, cpu) \
	do { \
		REQUIRE_URING(); \
		int32_t opened = mr_ring_setup_polled(ring, 8, 0, flags, idle_ms, cpu); \
		if (opened == -EACCES) \
			SKIP("io_uring_setup with SQPOLL: %s", mr_errno_name(-opened)); \
		REQUIRE_EQ(opened, 0); \
	} while (0)

static bool sleeps(const struct mr_ring *ring)
{
	/* Full fence: the tail is written before the flag is read; its partner is the kernel's, before it sleeps. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(ring_word(ring->sq_flags), __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP;
}

/* What is pushed is taken, and the thread woken if it has to be; waits for `completions`, at most 5 s. */
static void submit(const struct mr_ring *ring, uint32_t completions)
{
	uint32_t flags = IORING_ENTER_GETEVENTS | (sleeps(ring) ? IORING_ENTER_SQ_WAKEUP : 0);

	CHECK_EQ(mr_ring_enter(ring->fd, 1, completions, flags, 5 * SECOND_NS), 1);
}

static bool falls_asleep(const struct mr_ring *ring)
{
	for (int64_t end = monotonic_ns() + 5 * SECOND_NS; monotonic_ns() < end; usleep(1000))
		if (sleeps(ring))
			return true;
	return false;
}

static void polled_ring_keeps_the_flags(void)
{
	struct mr_ring ring;

	OPEN_POLLED(&ring, POLLED_FLAGS, IDLE_MS, ANY_CPU);
	CHECK_EQ(ring.flags & POLLED_FLAGS, POLLED_FLAGS);
	CHECK(ring.flags & IORING_SETUP_SQPOLL);
	CHECK_EQ(ring.flags & IORING_SETUP_SQ_AFF, 0);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void polled_ring_takes_requests_without_a_call_and_falls_asleep(void)
{
	struct mr_ring ring;
	struct io_uring_cqe cqe;

	OPEN_POLLED(&ring, POLLED_FLAGS, 20000, ANY_CPU);
	/* A new thread sleeps at once if it finds nothing (io_sq_thread begins with a timeout of 0). */
	ring_push_nop(&ring, 6);
	submit(&ring, 1);
	REQUIRE(ring_pop(&ring, &cqe));
	ring_push_nop(&ring, 7);
	for (int64_t end = monotonic_ns() + 5 * SECOND_NS; !ring_completed(&ring) && monotonic_ns() < end;)
		sched_yield();
	REQUIRE(ring_pop(&ring, &cqe));
	CHECK_EQ(cqe.user_data, 7);
	CHECK_EQ(mr_ring_close(&ring), 0);

	OPEN_POLLED(&ring, POLLED_FLAGS, IDLE_MS, ANY_CPU);
	REQUIRE(falls_asleep(&ring));
	ring_push_nop(&ring, 8);
	usleep(20000);
	CHECK_EQ(ring_completed(&ring), 0);
	submit(&ring, 1);
	REQUIRE(ring_pop(&ring, &cqe));
	CHECK_EQ(cqe.user_data, 8);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void polled_ring_refuses_what_is_about_the_owner_s_thread(void)
{
	struct mr_ring ring;

	REQUIRE_URING();
	CHECK_EQ(mr_ring_setup_polled(&ring, 8, 0, POLLED_FLAGS | IORING_SETUP_DEFER_TASKRUN, IDLE_MS, ANY_CPU), -EINVAL);
	CHECK_EQ(mr_ring_setup_polled(&ring, 8, 0, POLLED_FLAGS | IORING_SETUP_COOP_TASKRUN, IDLE_MS, ANY_CPU), -EINVAL);
	CHECK_EQ(ring.fd, -1);
}

static void polled_ring_refuses_a_cpu_that_there_is_not(void)
{
	struct mr_ring ring;

	REQUIRE_URING();
	CHECK_EQ(mr_ring_setup_polled(&ring, 8, 0, POLLED_FLAGS, IDLE_MS, 1 << 20), -EINVAL);
	CHECK_EQ(ring.fd, -1);
}

/* The CPU that a thread of ours may run on, whose name begins with "iou-sqp-"; -1: none, or more than one CPU. */
static int poller_cpu(void)
{
	DIR *tasks = opendir("/proc/self/task");
	int cpu = -1;

	for (struct dirent *task; tasks && (task = readdir(tasks));) {
		char path[300], name[32] = "";
		cpu_set_t allowed;
		snprintf(path, sizeof(path), "/proc/self/task/%s/comm", task->d_name);
		FILE *comm = fopen(path, "r");
		if (!comm)
			continue;
		if (fgets(name, sizeof(name), comm) && !strncmp(name, "iou-sqp-", 8) &&
		    !sched_getaffinity(atoi(task->d_name), sizeof(allowed), &allowed) && CPU_COUNT(&allowed) == 1)
			for (cpu = 0; !CPU_ISSET(cpu, &allowed);)
				cpu++;
		fclose(comm);
	}
	closedir(tasks);
	return cpu;
}

static void polled_ring_s_thread_is_pinned(void)
{
	struct mr_ring ring;
	int cpu = sched_getcpu();

	OPEN_POLLED(&ring, POLLED_FLAGS, IDLE_MS, cpu);
	CHECK(ring.flags & IORING_SETUP_SQ_AFF);
	REQUIRE(falls_asleep(&ring));  /* so it has run, and pinned itself */
	CHECK_EQ(poller_cpu(), cpu);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void *make_polled(void *ring)
{
	CHECK_EQ(mr_ring_setup_polled(ring, 8, 0, POLLED_FLAGS | IORING_SETUP_R_DISABLED, IDLE_MS, ANY_CPU), 0);
	return NULL;
}

static void *enable_and_use(void *argument)
{
	const struct mr_ring *ring = argument;

	CHECK_EQ(mr_ring_register(ring->fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0), 0);
	ring_push_nop(ring, 1);
	submit(ring, 1);
	CHECK_EQ(ring_completed(ring), 1);
	return NULL;
}

/* As the daemon does it: the thread that makes a ring ends, and the kernel's thread outlives it. */
static void polled_ring_outlives_the_thread_that_made_it(void)
{
	struct mr_ring ring;
	pthread_t maker, user;

	OPEN_POLLED(&ring, POLLED_FLAGS, IDLE_MS, ANY_CPU);  /* or skip */
	CHECK_EQ(mr_ring_close(&ring), 0);
	REQUIRE_EQ(pthread_create(&maker, NULL, make_polled, &ring), 0);
	pthread_join(maker, NULL);
	REQUIRE_RANGE(ring.fd, 0, INT32_MAX);
	REQUIRE_EQ(pthread_create(&user, NULL, enable_and_use, &ring), 0);
	pthread_join(user, NULL);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void polled_ring_s_read_of_an_eventfd_ends_a_wait(void)
{
	struct mr_ring ring;
	struct io_uring_sqe sqe;
	struct io_uring_cqe cqe;
	uint64_t counter = 0;

	OPEN_POLLED(&ring, POLLED_FLAGS, IDLE_MS, ANY_CPU);
	int32_t fd = mr_eventfd();
	REQUIRE_RANGE(fd, 0, INT32_MAX);
	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = IORING_OP_READ;
	sqe.fd = fd;
	sqe.addr = (uint64_t)(uintptr_t)&counter;
	sqe.len = sizeof(counter);
	ring_push(&ring, &sqe);
	submit(&ring, 0);
	REQUIRE(falls_asleep(&ring));
	CHECK_EQ(mr_ring_enter(ring.fd, 0, 1, IORING_ENTER_GETEVENTS, 10 * 1000 * 1000), -ETIME);
	CHECK_EQ(mr_eventfd_signal(fd), 0);
	/* The kernel's thread sleeps, and the signal wakes it for the rest of the read. */
	CHECK_EQ(mr_ring_enter(ring.fd, 0, 1, IORING_ENTER_GETEVENTS, 5 * SECOND_NS), 0);
	REQUIRE(ring_pop(&ring, &cqe));
	CHECK_EQ(cqe.res, sizeof(counter));
	CHECK_EQ(mr_ring_close(&ring), 0);
	CHECK_EQ(mr_close(fd), 0);
}

/* Every request ends once, while the thread falls asleep again and again. */
static void polled_ring_completes_each_request_once_around_the_end_of_the_queue(void)
{
	struct mr_ring ring;
	struct io_uring_cqe cqe;
	uint64_t pushed = 0, popped = 0;

	OPEN_POLLED(&ring, POLLED_FLAGS, IDLE_MS, ANY_CPU);
	for (int round = 0; round < 200; round++) {
		uint32_t count = 1 + (uint32_t)round % ring.sq_entries;
		/* Acquire: partner of the kernel's release, after which it reads the entries no more. */
		while (*ring_word(ring.sq_tail) + count -
			       __atomic_load_n(ring_word(ring.sq_head), __ATOMIC_ACQUIRE) > ring.sq_entries)
			sched_yield();
		for (uint32_t i = 0; i < count; i++)
			ring_push_nop(&ring, pushed++);
		submit(&ring, count);
		while (ring_pop(&ring, &cqe))
			CHECK_EQ(cqe.user_data, popped++);
		REQUIRE_EQ(popped, pushed);
		if (round % 20 == 0)
			usleep(5000);
	}
	CHECK_EQ(mr_ring_close(&ring), 0);
}

const struct test_case ring_polled_cases[] = {
	CASE(polled_ring_keeps_the_flags),
	CASE(polled_ring_takes_requests_without_a_call_and_falls_asleep),
	CASE(polled_ring_refuses_what_is_about_the_owner_s_thread),
	CASE(polled_ring_refuses_a_cpu_that_there_is_not),
	CASE(polled_ring_s_thread_is_pinned),
	CASE(polled_ring_outlives_the_thread_that_made_it),
	CASE(polled_ring_s_read_of_an_eventfd_ends_a_wait),
	CASE(polled_ring_completes_each_request_once_around_the_end_of_the_queue),
	END_OF_CASES,
};
