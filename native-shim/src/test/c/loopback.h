/* SPDX-License-Identifier: Apache-2.0 */
/* UDP sockets on loopback, and what tests need around them. */
#ifndef MILLRACE_LOOPBACK_H
#define MILLRACE_LOOPBACK_H

#include "check.h"
#include "millrace_shim.h"

struct loopback_pair {
	int32_t sender;                /* connected to the receiver */
	int32_t receiver;              /* gives up after 5 s */
	struct mr_endpoint address;    /* of the receiver */
};

/* 127.0.0.1 or ::1. */
struct mr_endpoint loopback_endpoint(uint16_t family, uint16_t port);
/* 0 or -errno. */
int32_t loopback_open(struct loopback_pair *pair);
void loopback_close(struct loopback_pair *pair);
/*
 * Returns when all that was sent before is in its receiver's queue. A loaded machine delivers loopback packets late,
 * from ksoftirqd; they stay in order, so a later one through sockets of its own tells.
 */
int32_t loopback_settle(void);
/* The number of a descriptor that isn't open. */
int32_t closed_fd(void);
int64_t monotonic_ns(void);
/* SIGALRM every 10 ms, to a handler that does nothing, so that blocking calls return EINTR; false: stop. */
void interrupt_often(bool on);

#endif
