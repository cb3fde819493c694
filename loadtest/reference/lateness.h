/* SPDX-License-Identifier: Apache-2.0 */
/* How late datagrams left, counted in the buckets of the daemon's LatenessHistogram, so that quantiles compare. */
#ifndef REFERENCE_LATENESS_H
#define REFERENCE_LATENESS_H

#include <stdint.h>

#define LATENESS_BUCKETS 52

struct lateness {
	uint64_t counts[LATENESS_BUCKETS];
};

/* Counts one datagram. */
void lateness_record(struct lateness *lateness, uint64_t late_ns);

/* Prints two members of a JSON object: the buckets' inclusive upper bounds, the last of which has none, and counts. */
void lateness_print(const struct lateness *lateness);

#endif
