/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of the present row: built, submitted, their CQEs collected. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run.h"

#define KEPT_CQES (sizeof(((struct row *)0)->cqes) / sizeof(struct io_uring_cqe))

bool combines(const struct run *run)
{
	return run->combined && run->flagged;
}

unsigned char *area(const struct run *run, enum buffer buffer)
{
	return buffer == SEND_FIXED || buffer == MSG_FIXED ? run->fixed : run->plain;
}

const char *buffer_name(enum buffer buffer)
{
	static const char *const NAMES[] = { "SEND_ZC fixed", "SEND_ZC plain", "SENDMSG_ZC plain", "SENDMSG_ZC fixed" };

	return NAMES[buffer];
}

uint64_t user_data_of(const struct run *run, enum place place)
{
	return (uint64_t)run->row_number << 8 | place;
}

struct io_uring_sqe request_sqe(struct run *run, const struct request *request)
{
	struct io_uring_sqe sqe;
	void *address = request->address ? request->address : area(run, request->buffer);

	memset(&sqe, 0, sizeof(sqe));
	sqe.fd = request->fd;
	sqe.flags = request->sqe_flags;
	sqe.ioprio = request->ioprio;
	if (run->flagged)
		sqe.ioprio |= (uint16_t)(1u << run->bit);
	if (request->buffer == SEND_FIXED || request->buffer == MSG_FIXED)
		sqe.ioprio |= IORING_RECVSEND_FIXED_BUF;  /* buf_index 0 */
	sqe.msg_flags = request->msg_flags;
	sqe.addr3 = request->addr3;
	sqe.user_data = request->user_data ? request->user_data : user_data_of(run, request->place);
	if (request->buffer == SEND_FIXED || request->buffer == SEND_PLAIN) {
		sqe.opcode = IORING_OP_SEND_ZC;
		sqe.addr = (uint64_t)(uintptr_t)address;
		sqe.len = (uint32_t)request->bytes;
		sqe.addr2 = (uint64_t)(uintptr_t)request->to;
		sqe.addr_len = request->to ? sizeof(*request->to) : 0;
		return sqe;
	}
	/* The kernel may read header and vector as late as it issues the request: they live in the run. */
	struct msghdr *message = &run->messages[request->place];
	struct iovec *vector = &run->vectors[request->place];
	*vector = (struct iovec){ .iov_base = address, .iov_len = request->bytes };
	memset(message, 0, sizeof(*message));
	message->msg_name = (void *)request->to;
	message->msg_namelen = request->to ? sizeof(*request->to) : 0;
	message->msg_iov = vector;
	message->msg_iovlen = 1;
	sqe.opcode = IORING_OP_SENDMSG_ZC;
	sqe.addr = (uint64_t)(uintptr_t)message;
	sqe.len = 1;
	return sqe;
}

static void push_sqe(struct run *run, const struct io_uring_sqe *sqe)
{
	if (!ring_push(run->ring, sqe))
		die("%s: the submission queue is full", run->row.name);
}

void push(struct run *run, const struct request *request)
{
	struct io_uring_sqe sqe = request_sqe(run, request);

	push_sqe(run, &sqe);
}

/* A NOP, or a SEND that is there to fail. */
void push_other(struct run *run, uint8_t opcode, int fd, uint8_t sqe_flags, enum place place)
{
	struct io_uring_sqe sqe;

	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = opcode;
	sqe.fd = fd;
	sqe.flags = sqe_flags;
	if (opcode == IORING_OP_SEND) {
		sqe.addr = (uint64_t)(uintptr_t)run->plain;
		sqe.len = 1;
	}
	sqe.user_data = user_data_of(run, place);
	push_sqe(run, &sqe);
}

void push_cancel(struct run *run, enum place target)
{
	struct io_uring_sqe sqe;

	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = IORING_OP_ASYNC_CANCEL;
	sqe.fd = -1;
	sqe.addr = user_data_of(run, target);
	sqe.user_data = user_data_of(run, CANCEL);
	push_sqe(run, &sqe);
}

void submit(struct run *run)
{
	run->row.start_ns = monotonic_ns();
	int result = ring_submit(run->ring);
	if (result < 0)
		row_note(run, "submission failed with %d", result);
}

static void take(struct run *run, const struct io_uring_cqe *cqe)
{
	struct row *row = &run->row;

	if (cqe->user_data >> 8 != run->row_number || (cqe->user_data & 0xff) >= PLACES) {
		row_note(run, "a stray CQE of %lld row(s) before: (%d, flags 0x%x)",
			 (long long)run->row_number - (long long)(cqe->user_data >> 8), cqe->res, cqe->flags);
		return;
	}
	if (row->cqe_count < KEPT_CQES) {
		row->cqes[row->cqe_count] = *cqe;
		row->times_ns[row->cqe_count] = monotonic_ns() - row->start_ns;
	}
	row->cqe_count++;
}

bool collect(struct run *run, unsigned cqes, int64_t limit_ns)
{
	int64_t deadline = monotonic_ns() + limit_ns;
	struct io_uring_cqe cqe;

	for (;;) {
		while (ring_pop(run->ring, &cqe))
			take(run, &cqe);
		int64_t left = deadline - monotonic_ns();
		if (run->row.cqe_count >= cqes)
			return true;
		if (left <= 0)
			return false;
		ring_wait(run->ring, left);
	}
}

/* Of an expectation with alternatives the first counts: the others have no fewer CQEs. */
static unsigned expected_cqes(const struct row *row)
{
	const char *end = strstr(row->expected, " or ");
	unsigned count = 0;

	for (const char *at = row->expected; *at && at != end; at++)
		count += *at == '(';
	return count;
}

void collect_expected(struct run *run, int settle_ms)
{
	if (!collect(run, expected_cqes(&run->row), WAIT_LIMIT_NS))
		row_note(run, "timeout");
	collect(run, UINT32_MAX, settle_ms * MS_NS);
	row_see_cqes(run);
}

void submit_and_collect(struct run *run, int settle_ms)
{
	submit(run);
	collect_expected(run, settle_ms);
}
