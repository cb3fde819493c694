/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest user of a mapped ring: what Java does, by the addresses in struct mr_ring. */
#ifndef MILLRACE_RING_DRIVER_H
#define MILLRACE_RING_DRIVER_H

#include <errno.h>
#include <string.h>

#include "check.h"
#include "kernel_abi.h"
#include "millrace_shim.h"

/* The flags that every sender ring has, as far as the oldest kernel (6.1) knows them. */
#define SENDER_FLAGS (IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL)

#define SECOND_NS INT64_C(1000000000)

/* Ends the case where this machine forbids io_uring: a sysctl (EPERM), a container's filter, or no such call. */
#define OPEN_RING(ring, sq_entries, cq_entries, flags) \
	do { \
		int32_t opened = mr_ring_setup(ring, sq_entries, cq_entries, flags); \
		if (opened == -EPERM || opened == -ENOSYS) \
			SKIP("io_uring_setup: %s", mr_errno_name(-opened)); \
		REQUIRE_EQ(opened, 0); \
	} while (0)

#define REQUIRE_URING() \
	do { \
		struct mr_ring probe; \
		OPEN_RING(&probe, 1, 0, 0); \
		CHECK_EQ(mr_ring_close(&probe), 0); \
	} while (0)

static inline uint32_t *ring_word(uint64_t address)
{
	return (uint32_t *)(uintptr_t)address;
}

/* The caller has no more than sq_entries requests queued. */
static inline void ring_push(const struct mr_ring *ring, const struct io_uring_sqe *sqe)
{
	uint32_t tail = *ring_word(ring->sq_tail);  /* ours: nobody else writes it */
	uint32_t index = tail & (ring->sq_entries - 1);

	((struct io_uring_sqe *)(uintptr_t)ring->sqes)[index] = *sqe;
	if (ring->sq_array)
		ring_word(ring->sq_array)[index] = index;
	/* Release: the kernel that reads the new tail (acquire) sees the sqe and its index. */
	__atomic_store_n(ring_word(ring->sq_tail), tail + 1, __ATOMIC_RELEASE);
}

static inline void ring_push_nop(const struct mr_ring *ring, uint64_t user_data)
{
	struct io_uring_sqe sqe;

	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = IORING_OP_NOP;
	sqe.user_data = user_data;
	ring_push(ring, &sqe);
}

static inline uint32_t ring_completed(const struct mr_ring *ring)
{
	/* Acquire: with the tail come the cqes before it (the kernel's release). */
	return __atomic_load_n(ring_word(ring->cq_tail), __ATOMIC_ACQUIRE) - *ring_word(ring->cq_head);
}

static inline bool ring_pop(const struct mr_ring *ring, struct io_uring_cqe *cqe)
{
	uint32_t head = *ring_word(ring->cq_head);  /* ours */

	if (!ring_completed(ring))
		return false;
	*cqe = ((struct io_uring_cqe *)(uintptr_t)ring->cqes)[head & (ring->cq_entries - 1)];
	/* Release: the kernel that sees the slot as free (acquire) comes after our copy of it. */
	__atomic_store_n(ring_word(ring->cq_head), head + 1, __ATOMIC_RELEASE);
	return true;
}

/* Submits what was pushed and waits for `completions`, at most 5 s. */
static inline int32_t ring_submit(const struct mr_ring *ring, uint32_t submissions, uint32_t completions)
{
	return mr_ring_enter(ring->fd, submissions, completions, IORING_ENTER_GETEVENTS, 5 * SECOND_NS);
}

#endif
