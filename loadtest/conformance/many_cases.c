/* SPDX-License-Identifier: Apache-2.0 */
/* 20,000 requests of seven kinds in batches: none is lost, none ends twice, each has its own result. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run.h"

#define REQUESTS 20000
#define BATCH 50
#define NO_SUCH_FD (1 << 20)

enum kind { FIXED, PLAIN, NO_DESCRIPTOR, NO_ADDRESS, POLL_FIRST, BY_WORKER, MESSAGE, KINDS };

struct tally {
	uint8_t results[REQUESTS];   /* CQEs that carry a request's result */
	uint8_t ends[REQUESTS];      /* CQEs without F_MORE */
	unsigned cqes;
	int64_t bytes;
	int64_t received;
};

/* Apart from that of any row's requests, and of this case's own earlier passes. */
static uint64_t first_user_data(const struct run *run)
{
	return UINT64_C(1) << 48 | (uint64_t)run->row_number << 16;
}

/* All of a batch's messages share one header, so their length is the same. */
static size_t bytes_of(unsigned i)
{
	return i % KINDS == MESSAGE ? 777 : 100 + i % 1300;
}

static int result_of(unsigned i)
{
	switch (i % KINDS) {
	case NO_DESCRIPTOR: return -EBADF;
	case NO_ADDRESS: return -EDESTADDRREQ;
	default: return (int)bytes_of(i);
	}
}

static struct request mixed_request(const struct run *run, unsigned i, int connected, int unconnected)
{
	enum kind kind = i % KINDS;
	int fd = kind == NO_DESCRIPTOR ? NO_SUCH_FD : kind == NO_ADDRESS ? unconnected : connected;

	return (struct request){
		.buffer = kind == MESSAGE ? MSG_PLAIN : kind == PLAIN ? SEND_PLAIN : SEND_FIXED,
		.fd = fd,
		.bytes = bytes_of(i),
		.ioprio = kind == POLL_FIRST ? IORING_RECVSEND_POLL_FIRST : 0,
		.sqe_flags = kind == BY_WORKER ? IOSQE_ASYNC : 0,
		.user_data = first_user_data(run) + i,
	};
}

static void count(struct run *run, struct tally *tally, const struct io_uring_cqe *cqe)
{
	uint64_t i = cqe->user_data - first_user_data(run);
	bool more = cqe->flags & IORING_CQE_F_MORE;
	bool notif = cqe->flags & IORING_CQE_F_NOTIF;

	tally->cqes++;
	if (i >= REQUESTS) {
		row_note(run, "a CQE of no request: user_data 0x%llx", (unsigned long long)cqe->user_data);
		return;
	}
	if (combines(run) ? more || !notif : more == notif)
		row_note(run, "request %u: (%d, flags 0x%x)", (unsigned)i, cqe->res, cqe->flags);
	if (!more && tally->ends[i]++)
		row_note(run, "request %u ended twice", (unsigned)i);
	if (notif && !combines(run)) {
		if (cqe->res)
			row_note(run, "request %u: notification with %d", (unsigned)i, cqe->res);
		if (!tally->results[i])
			row_note(run, "request %u: notification before the result", (unsigned)i);
		return;
	}
	if (tally->results[i]++)
		row_note(run, "request %u has two results", (unsigned)i);
	if (cqe->res != result_of((unsigned)i))
		row_note(run, "request %u: %d, not %d", (unsigned)i, cqe->res, result_of((unsigned)i));
	if (cqe->res > 0)
		tally->bytes += cqe->res;
}

static void reap(struct run *run, struct tally *tally, unsigned until, int64_t limit_ns)
{
	int64_t deadline = monotonic_ns() + limit_ns;
	struct io_uring_cqe cqe;

	for (;;) {
		while (ring_pop(run->ring, &cqe))
			count(run, tally, &cqe);
		int64_t left = deadline - monotonic_ns();
		if (tally->cqes >= until || left <= 0)
			return;
		ring_wait(run->ring, left);
	}
}

static void drain(int receiver, struct tally *tally)
{
	unsigned char bytes[2048];
	ssize_t count;

	while ((count = recv(receiver, bytes, sizeof(bytes), MSG_DONTWAIT)) >= 0)
		tally->received += count;
}

void many_cases(struct run *run)
{
	struct sockaddr_in address = ipv4("127.0.0.1", 0);
	int64_t bytes = 0;

	if (!row_begin(run, "%d mixed requests", REQUESTS))
		return;
	struct tally *tally = calloc(1, sizeof(*tally));
	if (!tally)
		die("calloc: %s", strerror(errno));
	int receiver = row_keep(run, udp_receiver(&run->network, false, &address));
	int connected = row_keep(run, udp_connected(&address));
	int unconnected = row_keep(run, udp_socket());
	unsigned cqes_each = combines(run) ? 1 : 2;
	/* Stops at the first deviation: a timeout in each of 400 batches would outlast the watchdog. */
	for (unsigned i = 0; i < REQUESTS && !run->row.note[0]; i += BATCH) {
		for (unsigned j = i; j < i + BATCH; j++) {
			struct request request = mixed_request(run, j, connected, unconnected);
			push(run, &request);
			bytes += result_of(j) > 0 ? result_of(j) : 0;
		}
		submit(run);
		reap(run, tally, (i + BATCH) * cqes_each, WAIT_LIMIT_NS);
		if (tally->cqes != (i + BATCH) * cqes_each)
			row_note(run, "%u CQEs for %u requests", tally->cqes, i + BATCH);
		drain(receiver, tally);
	}
	reap(run, tally, UINT32_MAX, 50 * MS_NS);
	drain(receiver, tally);
	row_expect(run, "%u CQEs, %lld bytes", REQUESTS * cqes_each, (long long)bytes);
	row_see(run, "%u CQEs, %lld bytes", tally->cqes, (long long)tally->bytes);
	if (tally->received != bytes)
		row_note(run, "the receiver got %lld bytes", (long long)tally->received);
	for (unsigned i = 0; i < REQUESTS; i++)
		if (tally->results[i] != 1 || tally->ends[i] != 1)
			row_note(run, "request %u has %u results and %u ends", i, tally->results[i], tally->ends[i]);
	free(tally);
	row_end(run);
}
