/* SPDX-License-Identifier: Apache-2.0 */
#include "lateness.h"

#include <stdio.h>

#define UNIT_NS 250        /* all bounds are multiples of it */
#define QUARTERS 4         /* units of the first bound (1 us), and buckets of an octave above it */
#define FINE_OCTAVES 10    /* up to 1.024 ms; from there on a bucket is an octave, up to 1.05 s */
#define FINE (1 + QUARTERS * FINE_OCTAVES)
#define BOUNDED (LATENESS_BUCKETS - 1)

static uint32_t bucket_of(uint64_t late_ns)
{
	if (late_ns <= QUARTERS * UNIT_NS)
		return 0;
	uint64_t units = (late_ns - 1) / UNIT_NS;
	uint32_t octave = 61 - (uint32_t)__builtin_clzll(units);
	if (octave < FINE_OCTAVES)
		return 1 + QUARTERS * octave + (uint32_t)(units >> octave) - QUARTERS;
	uint32_t bucket = FINE + octave - FINE_OCTAVES;
	return bucket < BOUNDED ? bucket : BOUNDED;
}

static uint64_t bound_ns(uint32_t bucket)
{
	if (bucket == 0)
		return QUARTERS * UNIT_NS;
	if (bucket >= FINE)
		return (uint64_t)QUARTERS * UNIT_NS << (bucket - FINE + FINE_OCTAVES + 1);
	uint64_t quarter = (bucket - 1) % QUARTERS;
	return (QUARTERS + quarter + 1) * UNIT_NS << (bucket - 1) / QUARTERS;
}

void lateness_record(struct lateness *lateness, uint64_t late_ns)
{
	lateness->counts[bucket_of(late_ns)]++;
}

void lateness_print(const struct lateness *lateness)
{
	printf("\"lateness_bounds_ns\":[");
	for (uint32_t bucket = 0; bucket < BOUNDED; bucket++)
		printf("%llu,", (unsigned long long)bound_ns(bucket));
	printf("null],\"lateness_counts\":[");
	for (uint32_t bucket = 0; bucket < LATENESS_BUCKETS; bucket++)
		printf("%s%llu", bucket == 0 ? "" : ",", (unsigned long long)lateness->counts[bucket]);
	printf("]");
}
