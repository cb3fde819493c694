/* SPDX-License-Identifier: Apache-2.0 */
/* The reference sender's command line. */
#ifndef REFERENCE_OPTIONS_H
#define REFERENCE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "millrace_shim.h"

enum send_op { OP_SEND_ZC, OP_SEND, OP_SENDMMSG };

struct options {
	struct mr_endpoint to;   /* target i has port to.port + i */
	uint32_t targets;
	uint32_t run;            /* requests to one target before the next has its turn */
	uint32_t size;           /* payload bytes of one datagram */
	uint32_t segments;       /* datagrams per request: more than 1 is a train (UDP_SEGMENT) */
	uint32_t batch;          /* requests per pass */
	uint32_t slots;          /* so many requests are in flight at most */
	uint32_t slot_size;
	uint32_t entries;        /* of the submission queue */
	uint64_t count;          /* requests; UINT64_MAX: until `seconds` have passed */
	double seconds;          /* 0: no limit */
	double rate;             /* datagrams per second; 0: as fast as it goes */
	uint32_t paced;          /* datagrams per second of each target, a stream of its own; 0: no */
	uint32_t burst_ms;       /* of these streams */
	double warm_up;          /* seconds whose lateness doesn't count */
	int32_t cpu;             /* -1: not pinned */
	int32_t sqpoll_cpu;      /* of a kernel thread that submits (SQPOLL); -1: we do */
	int32_t combine_bit;     /* of sqe->ioprio; -1: two completions per zero-copy request */
	enum send_op op;
	bool huge_pages;
	bool shared_socket;      /* one unconnected socket for all targets: each send carries its address */
	bool sequenced;          /* payloads begin with the 16-byte header of the load test */
};

/* Fills in the options, or says what is wrong on stderr and exits: 0 after --help, 2 for bad usage. */
void options_parse(struct options *options, int argc, char **argv);

const char *options_op_name(enum send_op op);

#endif
