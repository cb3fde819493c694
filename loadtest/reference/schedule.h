/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When each of several streams of one rate is due: the schedule that the daemon gives them (Stream.begin, Pacer,
 * DueHeap). They begin at different points of their interval, each datagram moves its stream's due time on by 1 / rate
 * in integers, and what is overdue by more than the burst is forgiven.
 */
#ifndef REFERENCE_SCHEDULE_H
#define REFERENCE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

struct schedule_entry {
	uint64_t due_ns;
	uint32_t stream;
};

struct schedule {
	struct schedule_entry *heap;  /* the first is due first */
	uint64_t *remainders;         /* [streams], of divisions by the rate */
	uint32_t streams;
	uint32_t rate;                /* datagrams per second of each */
	uint64_t burst_ns;
};

/* The streams 0 to streams - 1 begin at now_ns; false: no memory. */
bool schedule_begin(struct schedule *schedule, uint32_t streams, uint32_t rate, uint64_t burst_ns, uint64_t now_ns);
void schedule_free(struct schedule *schedule);

static inline bool schedule_is_due(const struct schedule *schedule, uint64_t now_ns)
{
	return schedule->heap[0].due_ns <= now_ns;
}

/* Takes the datagram that is due first, which must be due; returns its stream, and how late it is. */
uint32_t schedule_take(struct schedule *schedule, uint64_t now_ns, uint64_t *late_ns);

#endif
