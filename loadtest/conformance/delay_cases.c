/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagrams that the sender's own link holds back, so that the kernel needs the buffer for long. The delay is on the
 * egress side: the far side's stack would copy, and so end the wait, as soon as it saw the datagram.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

/* False: the row is over. */
static bool begin_delayed(struct run *run, enum buffer buffer, struct request *request, int *receiver)
{
	if (run->network.no_delay[0]) {
		row_skip(run, "%s", run->network.no_delay);
		row_end(run);
		return false;
	}
	struct sockaddr_in address = run->network.delayed;
	*receiver = row_keep(run, udp_receiver(&run->network, true, &address));
	*request = (struct request){
		.buffer = buffer, .fd = row_keep(run, udp_connected(&address)), .bytes = PAYLOAD_BYTES,
	};
	pattern_fill(area(run, buffer), PAYLOAD_BYTES, run->row_number);
	network_arm_delay(&run->network);
	return true;
}

static void delayed(struct run *run, enum buffer buffer)
{
	struct request request;
	int receiver;

	if (!row_begin(run, "delayed %d ms, %s", DELAY_MS, buffer_name(buffer)) ||
	    !begin_delayed(run, buffer, &request, &receiver))
		return;
	run->row.timed = true;
	row_expect(run, combines(run) ? "(%d,NOTIF)late" : "(%d,MORE)at once(0,NOTIF)late", PAYLOAD_BYTES);
	push(run, &request);
	submit_and_collect(run, SETTLE_MS);
	row_end(run);
}

/* A linked request waits for the send, not for its notification. */
static void nop_behind(struct run *run, enum buffer buffer)
{
	struct request request;
	int receiver;

	if (!row_begin(run, "delayed, nop linked behind, %s", buffer_name(buffer)) ||
	    !begin_delayed(run, buffer, &request, &receiver))
		return;
	row_expect(run, combines(run) ? "tail:(0)(%d,NOTIF)" : "(%d,MORE)tail:(0)(0,NOTIF)", PAYLOAD_BYTES);
	request.sqe_flags = IOSQE_IO_LINK;
	push(run, &request);
	push_other(run, IORING_OP_NOP, -1, 0, TAIL);
	submit_and_collect(run, SETTLE_MS);
	row_end(run);
}

/* What only waits for its notification is done already: there is nothing left to cancel. */
static void cancelled_too_late(struct run *run, enum buffer buffer)
{
	struct request request;
	int receiver;

	if (!row_begin(run, "delayed, cancelled, %s", buffer_name(buffer)) ||
	    !begin_delayed(run, buffer, &request, &receiver))
		return;
	run->row.by_place = true;
	row_expect(run, combines(run) ? "(%d,NOTIF)cancel:(-2)" : "(%d,MORE)(0,NOTIF)cancel:(-2)", PAYLOAD_BYTES);
	push(run, &request);
	submit(run);
	push_cancel(run, THE_SEND);
	submit_and_collect(run, SETTLE_MS);
	row_end(run);
}

void delay_cases(struct run *run)
{
	delayed(run, SEND_FIXED);
	delayed(run, SEND_PLAIN);
	delayed(run, MSG_PLAIN);
	nop_behind(run, SEND_FIXED);
	nop_behind(run, MSG_PLAIN);
	cancelled_too_late(run, SEND_FIXED);
}

static const char *received_bytes(int receiver, uint32_t old_seed, uint32_t new_seed)
{
	unsigned char bytes[PAYLOAD_BYTES + 1];

	if (recv(receiver, bytes, sizeof(bytes), 0) != PAYLOAD_BYTES)
		return "no datagram";
	if (pattern_holds(bytes, PAYLOAD_BYTES, old_seed, 0))
		return "old bytes";
	return pattern_holds(bytes, PAYLOAD_BYTES, new_seed, 0) ? "new bytes" : "mixed bytes";
}

/*
 * The buffer is written anew after the CQE that hands it back, and the receiver must have the old bytes. The control
 * writes it right after submission, where it is still the kernel's: that the receiver then has the new bytes shows
 * that the kernel did send from this memory, and that the first half of the case can fail.
 */
static void reused(struct run *run, enum buffer buffer, bool too_early)
{
	struct request request;
	char cqes[sizeof(run->row.seen)];
	uint32_t new_seed = run->row_number + 128;
	int receiver;

	if (!row_begin(run, "reused %s, %s", too_early ? "at once (control)" : "after the last CQE", buffer_name(buffer)) ||
	    !begin_delayed(run, buffer, &request, &receiver))
		return;
	row_expect_result(run, PAYLOAD_BYTES);
	push(run, &request);
	submit(run);
	if (too_early)
		pattern_fill(area(run, buffer), PAYLOAD_BYTES, new_seed);
	collect_expected(run, 0);
	pattern_fill(area(run, buffer), PAYLOAD_BYTES, new_seed);
	const char *bytes = received_bytes(receiver, run->row_number, new_seed);
	memcpy(cqes, run->row.seen, sizeof(cqes));
	row_see(run, "%.280s, %s", cqes, bytes);
	memcpy(cqes, run->row.expected, sizeof(run->row.expected));
	row_expect(run, "%.120s, %s bytes", cqes, too_early ? "new" : "old");
	row_end(run);
}

void reuse_cases(struct run *run)
{
	static const enum buffer BUFFERS[] = { SEND_FIXED, MSG_PLAIN };

	for (int i = 0; i < 2; i++) {
		reused(run, BUFFERS[i], false);
		reused(run, BUFFERS[i], true);
	}
}
