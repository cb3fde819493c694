/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule.h"

#include <stdlib.h>

#define NS_PER_SECOND 1000000000u
#define LATEST_BEGIN_NS 10000000u
#define GOLDEN_RATIO 0x9E3779B9u  /* of 2^32: its multiples spread evenly, however many there are */
#define CHILDREN 4

/* Puts an entry where it belongs, from a place whose entry may be overwritten, towards the end. */
static void sift_down(struct schedule *schedule, uint32_t place, struct schedule_entry entry)
{
	struct schedule_entry *heap = schedule->heap;

	for (;;) {
		uint32_t first = CHILDREN * place + 1;
		uint32_t least = first;

		if (first >= schedule->streams)
			break;
		for (uint32_t child = first + 1; child < first + CHILDREN && child < schedule->streams; child++)
			if (heap[child].due_ns < heap[least].due_ns)
				least = child;
		if (heap[least].due_ns >= entry.due_ns)
			break;
		heap[place] = heap[least];
		place = least;
	}
	heap[place] = entry;
}

bool schedule_begin(struct schedule *schedule, uint32_t streams, uint32_t rate, uint64_t burst_ns, uint64_t now_ns)
{
	uint64_t interval_ns = NS_PER_SECOND / rate;
	uint64_t spread_ns = interval_ns < LATEST_BEGIN_NS ? interval_ns : LATEST_BEGIN_NS;

	*schedule = (struct schedule){
		.heap = calloc(streams, sizeof(*schedule->heap)),
		.remainders = calloc(streams, sizeof(*schedule->remainders)),
		.streams = streams, .rate = rate, .burst_ns = burst_ns,
	};
	if (!schedule->heap || !schedule->remainders)
		return false;
	for (uint32_t stream = 0; stream < streams; stream++) {
		uint64_t fraction = (uint32_t)(stream * GOLDEN_RATIO);
		schedule->heap[stream] = (struct schedule_entry){ now_ns + (spread_ns * fraction >> 32), stream };
	}
	for (uint32_t place = streams; place-- > 0;)
		sift_down(schedule, place, schedule->heap[place]);
	return true;
}

void schedule_free(struct schedule *schedule)
{
	free(schedule->heap);
	free(schedule->remainders);
}

uint32_t schedule_take(struct schedule *schedule, uint64_t now_ns, uint64_t *late_ns)
{
	struct schedule_entry entry = schedule->heap[0];
	uint64_t *remainder = &schedule->remainders[entry.stream];

	*late_ns = now_ns - entry.due_ns;
	if (*late_ns > schedule->burst_ns) {
		entry.due_ns = now_ns - schedule->burst_ns;
		*remainder = 0;
	}
	uint64_t cost = NS_PER_SECOND + *remainder;
	entry.due_ns += cost / schedule->rate;
	*remainder = cost % schedule->rate;
	sift_down(schedule, 0, entry);
	return entry.stream;
}
