/* SPDX-License-Identifier: Apache-2.0 */
/* Sends that have to wait for room, over a loopback stream with small buffers: cancelled there, or done in pieces. */
#define _GNU_SOURCE
#include <string.h>
#include <unistd.h>

#include "run.h"

#define STREAM_BYTES (256 << 10)  /* many times what both sides' buffers hold */

static void cancelled_while_armed(struct run *run, enum buffer buffer)
{
	int far;

	if (!row_begin(run, "cancelled while armed, %s", buffer_name(buffer)))
		return;
	run->row.by_place = true;
	row_expect(run, combines(run) ? "(-125,NOTIF)cancel:(0)" : "(-125,MORE)(0,NOTIF)cancel:(0)");
	struct request request = { .buffer = buffer, .bytes = 4096 };
	tcp_pair(&request.fd, &far);
	row_keep(run, request.fd);
	row_keep(run, far);
	tcp_fill(request.fd);
	push(run, &request);
	submit(run);
	if (collect(run, 1, SETTLE_MS * MS_NS))
		row_note(run, "the send didn't wait");
	push_cancel(run, THE_SEND);
	submit_and_collect(run, SETTLE_MS);
	row_end(run);
}

static void whole_in_pieces(struct run *run, enum buffer buffer)
{
	unsigned char bytes[8192];
	size_t received = 0;
	int far;

	if (!row_begin(run, "in pieces, MSG_WAITALL, %s", buffer_name(buffer)))
		return;
	row_expect_result(run, STREAM_BYTES);
	struct request request = { .buffer = buffer, .bytes = STREAM_BYTES, .msg_flags = MSG_WAITALL };
	tcp_pair(&request.fd, &far);
	row_keep(run, request.fd);
	row_keep(run, far);
	pattern_fill(area(run, buffer), STREAM_BYTES, run->row_number);
	push(run, &request);
	submit(run);
	int64_t deadline = monotonic_ns() + 3 * WAIT_LIMIT_NS;
	bool failed = false;
	while (received < STREAM_BYTES && !failed && monotonic_ns() < deadline) {
		ssize_t count = recv(far, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (count > 0) {
			if (!pattern_holds(bytes, (size_t)count, run->row_number, received))
				row_note(run, "the receiver got other bytes");
			received += (size_t)count;
			if (received < STREAM_BYTES / 2 && run->row.cqe_count)
				row_note(run, "a CQE came before half of it was read");
		}
		/* A short while for the send to go on: its retries run in our own context. */
		collect(run, UINT32_MAX, MS_NS / 2);
		failed = run->row.cqe_count && run->row.cqes[0].res != STREAM_BYTES;
	}
	if (received != STREAM_BYTES)
		row_note(run, "the receiver got %zu bytes", received);
	collect_expected(run, SETTLE_MS);
	row_end(run);
}

void stream_cases(struct run *run)
{
	static const enum buffer BUFFERS[] = { SEND_FIXED, MSG_PLAIN };

	for (int i = 0; i < 2; i++) {
		cancelled_while_armed(run, BUFFERS[i]);
		whole_in_pieces(run, BUFFERS[i]);
	}
}
