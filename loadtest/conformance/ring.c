/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "ring.h"

#define SQ_ENTRIES 64
#define CQ_ENTRIES 1024      /* twice what the largest batch can post, and room for what shouldn't come */
#define SQPOLL_IDLE_MS 5     /* short: on a one-CPU guest a spinning SQPOLL thread takes its turns from us */

int64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

int ring_open(struct ring *ring, uint32_t setup_flags)
{
	struct io_uring_params params;

	memset(ring, 0, sizeof(*ring));
	memset(&params, 0, sizeof(params));
	params.flags = setup_flags | IORING_SETUP_CQSIZE;
	params.cq_entries = CQ_ENTRIES;
	params.sq_thread_idle = SQPOLL_IDLE_MS;
	ring->fd = (int)syscall(__NR_io_uring_setup, SQ_ENTRIES, &params);
	if (ring->fd < 0)
		return -errno;

	ring->setup_flags = setup_flags;
	ring->sq_entries = params.sq_entries;
	ring->cq_entries = params.cq_entries;
	ring->map_bytes = larger(params.sq_off.array + params.sq_entries * sizeof(uint32_t),
				 params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe));
	ring->sqes_bytes = params.sq_entries * sizeof(struct io_uring_sqe);
	/* SEND_ZC (6.0) is younger than the single mapping of both rings (5.4). */
	ring->map = mmap(NULL, ring->map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring->fd,
			 (off_t)IORING_OFF_SQ_RING);
	ring->sqes = mmap(NULL, ring->sqes_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring->fd,
			  (off_t)IORING_OFF_SQES);
	if (ring->map == MAP_FAILED || (void *)ring->sqes == MAP_FAILED) {
		int error = errno;
		close(ring->fd);  /* a mapping that did succeed goes with the process */
		return -error;
	}

	char *base = ring->map;
	ring->sq_head = (uint32_t *)(base + params.sq_off.head);
	ring->sq_tail = (uint32_t *)(base + params.sq_off.tail);
	ring->sq_flags = (uint32_t *)(base + params.sq_off.flags);
	ring->sq_array = (uint32_t *)(base + params.sq_off.array);
	ring->cq_head = (uint32_t *)(base + params.cq_off.head);
	ring->cq_tail = (uint32_t *)(base + params.cq_off.tail);
	ring->cqes = (struct io_uring_cqe *)(base + params.cq_off.cqes);
	return 0;
}

void ring_close(struct ring *ring)
{
	munmap(ring->sqes, ring->sqes_bytes);
	munmap(ring->map, ring->map_bytes);
	close(ring->fd);
	ring->fd = -1;
}

int ring_register_buffer(struct ring *ring, void *address, size_t bytes)
{
	struct iovec buffer = { .iov_base = address, .iov_len = bytes };

	if (syscall(__NR_io_uring_register, ring->fd, IORING_REGISTER_BUFFERS, &buffer, 1) < 0)
		return -errno;
	return 0;
}

/* Acquire: what the kernel did before it took the SQEs (storing the head with release) is visible. */
static uint32_t queued(const struct ring *ring)
{
	return *ring->sq_tail - __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE);
}

bool ring_push(struct ring *ring, const struct io_uring_sqe *sqe)
{
	uint32_t index = ring->next & (ring->sq_entries - 1);

	if (ring->next - __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE) == ring->sq_entries)
		return false;
	ring->sqes[index] = *sqe;
	ring->sq_array[index] = index;
	/* An SQPOLL thread may read the ring at any time; a chain of linked SQEs that it saw only in part would end
	   early. So nothing is published here: ring_submit() does that for all SQEs at once. */
	ring->next++;
	return true;
}

int ring_submit(struct ring *ring)
{
	int64_t deadline = monotonic_ns() + WAIT_LIMIT_NS;

	/* Release: with the new tail the kernel (acquire) sees the SQEs and their indices. */
	__atomic_store_n(ring->sq_tail, ring->next, __ATOMIC_RELEASE);
	while (queued(ring)) {
		uint32_t flags = 0;
		if (ring->setup_flags & IORING_SETUP_SQPOLL) {
			/* Full fence: the tail is written before the flag is read, as the thread does the reverse
			   before it sleeps. */
			__atomic_thread_fence(__ATOMIC_SEQ_CST);
			if (__atomic_load_n(ring->sq_flags, __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP)
				flags = IORING_ENTER_SQ_WAKEUP;
		}
		if (!(ring->setup_flags & IORING_SETUP_SQPOLL) || flags) {
			long taken = syscall(__NR_io_uring_enter, ring->fd, queued(ring), 0, flags, NULL, 0);
			if (taken < 0 && errno != EINTR && errno != EAGAIN && errno != EBUSY)
				return -errno;
		}
		if (ring->setup_flags & IORING_SETUP_SQPOLL)
			usleep(100);  /* the head moves once all of a batch is issued (io_commit_sqring, 6.1 to 6.18) */
		if (monotonic_ns() > deadline)
			return -ETIME;
	}
	return 0;
}

void ring_wait(struct ring *ring, int64_t timeout_ns)
{
	struct __kernel_timespec timeout = { .tv_sec = timeout_ns / 1000000000, .tv_nsec = timeout_ns % 1000000000 };
	struct io_uring_getevents_arg argument;

	memset(&argument, 0, sizeof(argument));
	argument.ts = (uint64_t)(uintptr_t)&timeout;
	/* The result is of no interest: -ETIME, -EINTR and a CQE all lead back to the caller's look at the CQ. */
	syscall(__NR_io_uring_enter, ring->fd, 0, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &argument,
		sizeof(argument));
}

bool ring_pop(struct ring *ring, struct io_uring_cqe *cqe)
{
	uint32_t head = *ring->cq_head;  /* ours */

	/* Acquire: with the tail come the CQEs before it. */
	if (__atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE) == head)
		return false;
	*cqe = ring->cqes[head & (ring->cq_entries - 1)];
	/* Release: the kernel reuses the entry only after our copy of it. */
	__atomic_store_n(ring->cq_head, head + 1, __ATOMIC_RELEASE);
	return true;
}
