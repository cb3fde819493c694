/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run: what was asked for, what the kernel can do, the ring in use, and the row of the table that is being made.
 *
 * A row begins, says what it expects, pushes requests, collects their CQEs and ends; its verdict is whether the text
 * of what was seen is the text of what was expected. user_data is the row's number and the request's place in the row,
 * so a CQE that comes too late is recognised in a later row and fails that one, naming the first.
 */
#ifndef CONFORMANCE_RUN_H
#define CONFORMANCE_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "network.h"
#include "ring.h"

#define AREA_BYTES (1 << 20)
#define PAYLOAD_BYTES 1400      /* one datagram on any link here */
#define SETTLE_MS 20            /* how long a row waits for a CQE too many; what is later still fails the next row */
#define CHAIN_SETTLE_MS 60
#define LONG_SETTLE_MS 300    /* once per kind of chain: a stray may come after a delay of its own */

enum buffer { SEND_FIXED, SEND_PLAIN, MSG_PLAIN, MSG_FIXED };
enum place { THE_SEND, HEAD, TAIL, CANCEL, PLACES };  /* of a request in its row */

struct row {
	char name[64];
	char expected[160];
	char seen[320];
	char note[200];         /* what else deviates */
	char skipped[120];      /* why it couldn't run */
	struct io_uring_cqe cqes[16];
	int64_t times_ns[16];   /* since the row's requests were submitted */
	unsigned cqe_count;     /* may exceed what is kept */
	int64_t start_ns;
	bool timed;             /* show whether a CQE came early or late on the delayed link */
	bool by_place;          /* the order of different requests' CQEs is not part of the expectation */
	int fds[8];             /* closed at the row's end */
	int fd_count;
};

struct run {
	/* What was asked for. */
	const char *only;
	bool list;
	unsigned bit;
	bool combined;          /* the kernel is expected to have the combined mode */
	/* What the kernel can do beside it. */
	bool knows_report_usage;
	bool msg_fixed;         /* SENDMSG_ZC takes fixed buffers */
	bool flags_come_first;  /* a bad flag is refused before there is a notification (6.1) */
	struct network network;
	/* What the rows are made with at present. */
	struct ring *ring;
	const char *ring_name;
	bool flagged;           /* requests carry the flag */
	unsigned char *fixed;   /* [AREA_BYTES], buffer 0 of each ring */
	unsigned char *plain;   /* [AREA_BYTES] */
	void *unmapped;         /* an address that no access is allowed to */
	struct msghdr messages[PLACES];
	struct iovec vectors[PLACES];
	struct row row;
	uint32_t row_number;
	int children;           /* a channel to the process that starts them (close_cases_prepare) */
	/* What came of it. */
	unsigned passed, failed, skipped, lines;
};

/* A SEND_ZC or SENDMSG_ZC. Zero is a sensible value of all but fd and bytes. */
struct request {
	enum buffer buffer;
	int fd;
	size_t bytes;
	const struct sockaddr_in *to;
	void *address;          /* NULL: the beginning of the area that belongs to the kind of buffer */
	uint32_t msg_flags;
	uint16_t ioprio;        /* beside the combine flag */
	uint8_t sqe_flags;
	uint64_t addr3;
	enum place place;
	uint64_t user_data;     /* 0: made of row and place */
};

/* A flag that no kernel from 6.1 to 6.18 knows; never the one under test. */
static inline uint16_t unknown_flag(const struct run *run)
{
	return (uint16_t)(1u << (run->bit == 13 ? 12 : 13));
}

/* ---- Rows (report.c) ---- */

/* False: not asked for, and nothing is to be done. */
bool row_begin(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
void row_expect(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Expects what a request that ends with this result posts in the mode at hand. */
void row_expect_result(struct run *run, int result);
/* Expects what a request with a flag that is refused posts. */
void row_expect_bad_flag(struct run *run);
void row_see(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
void row_note(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
void row_skip(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
int row_keep(struct run *run, int fd);
void row_end(struct run *run);
/* What a row's CQEs look like: "(1400,MORE)(0,NOTIF)". */
void row_see_cqes(struct run *run);
void print_heading(void);

/* ---- Requests (request.c) ---- */

bool combines(const struct run *run);  /* requests are expected to post one CQE */
unsigned char *area(const struct run *run, enum buffer buffer);
const char *buffer_name(enum buffer buffer);
struct io_uring_sqe request_sqe(struct run *run, const struct request *request);
void push(struct run *run, const struct request *request);
void push_other(struct run *run, uint8_t opcode, int fd, uint8_t sqe_flags, enum place place);
void push_cancel(struct run *run, enum place target);
uint64_t user_data_of(const struct run *run, enum place place);
void submit(struct run *run);
/* Collects until the row has this many CQEs; false: they hadn't come within the time. */
bool collect(struct run *run, unsigned cqes, int64_t limit_ns);
/* As many as the expectation has, then what else comes within settle_ms; fills in what was seen. */
void collect_expected(struct run *run, int settle_ms);
/* submit() and collect_expected(). */
void submit_and_collect(struct run *run, int settle_ms);

/* ---- Groups of cases; each makes its rows with the ring and the flag that the run has at present ---- */

void success_cases(struct run *run);
void usage_cases(struct run *run);
void refused_cases(struct run *run);
void failure_cases(struct run *run);
void link_cases(struct run *run);
void stream_cases(struct run *run);
void delay_cases(struct run *run);
void reuse_cases(struct run *run);
void close_cases(struct run *run);
/*
 * Forks the process whose children send for close_cases, before any ring is mapped: a child needs none of them, and
 * User-Mode Linux, stock too, gets the pages of an inherited one wrong (6.12 if the child may have it, 6.1 if it may not).
 */
void close_cases_prepare(struct run *run);
void many_cases(struct run *run);
void stock_flag_cases(struct run *run);

#endif
