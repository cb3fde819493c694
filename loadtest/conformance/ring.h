/* SPDX-License-Identifier: Apache-2.0 */
/* One io_uring: opened, filled, submitted, reaped, closed. Owned by the process that opened it. */
#ifndef CONFORMANCE_RING_H
#define CONFORMANCE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel_abi.h"

struct ring {
	int fd;
	uint32_t setup_flags;
	uint32_t sq_entries;
	uint32_t cq_entries;
	uint32_t next;         /* the SQ tail including what is pushed but not submitted */
	uint32_t *sq_head;     /* written by the kernel */
	uint32_t *sq_tail;     /* written by us */
	uint32_t *sq_flags;    /* written by the kernel */
	uint32_t *sq_array;
	uint32_t *cq_head;     /* written by us */
	uint32_t *cq_tail;     /* written by the kernel */
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	void *map;
	size_t map_bytes;
	size_t sqes_bytes;
};

/* 0 or -errno. */
int ring_open(struct ring *ring, uint32_t setup_flags);
void ring_close(struct ring *ring);
/* Registers one buffer, at index 0. 0 or -errno. */
int ring_register_buffer(struct ring *ring, void *address, size_t bytes);
/* False: the SQ is full, which no case lets happen. */
bool ring_push(struct ring *ring, const struct io_uring_sqe *sqe);
/* Hands over everything that was pushed; returns 0 once the kernel has issued all of it, -errno, or -ETIME after 2 s. */
int ring_submit(struct ring *ring);
/* Waits for at least one CQE, no longer than this. Runs the completions that a DEFER_TASKRUN ring holds back. */
void ring_wait(struct ring *ring, int64_t timeout_ns);
bool ring_pop(struct ring *ring, struct io_uring_cqe *cqe);

int64_t monotonic_ns(void);

#define MS_NS INT64_C(1000000)
#define WAIT_LIMIT_NS (2000 * MS_NS)  /* no wait for anything lasts longer */

#endif
