/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that succeed, and requests that the kernel refuses for their form. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

static const struct way {
	const char *name;
	uint16_t ioprio;
	uint8_t sqe_flags;
} WAYS[] = {
	{ "inline", 0, 0 },
	{ "poll-first", IORING_RECVSEND_POLL_FIRST, 0 },
	{ "io-wq", 0, IOSQE_ASYNC },
};

/* One of each operation, where the kind of buffer makes no difference. */
static const enum buffer BUFFERS[] = { SEND_FIXED, MSG_PLAIN };

/* A UDP socket that is connected to a receiver on loopback. */
static struct request to_loopback(struct run *run, enum buffer buffer, int *receiver)
{
	struct sockaddr_in address = ipv4("127.0.0.1", 0);

	*receiver = row_keep(run, udp_receiver(&run->network, false, &address));
	return (struct request){
		.buffer = buffer, .fd = row_keep(run, udp_connected(&address)), .bytes = PAYLOAD_BYTES,
	};
}

static void one_success(struct run *run, enum buffer buffer, const struct way *way)
{
	unsigned char received[PAYLOAD_BYTES + 1];
	int receiver;

	/* Before 6.15 there is no such thing to test; the heading says so. */
	if (buffer == MSG_FIXED && !run->msg_fixed)
		return;
	if (!row_begin(run, "success, %s, %s", buffer_name(buffer), way->name))
		return;
	row_expect_result(run, PAYLOAD_BYTES);
	struct request request = to_loopback(run, buffer, &receiver);
	request.ioprio = way->ioprio;
	request.sqe_flags = way->sqe_flags;
	pattern_fill(area(run, buffer), PAYLOAD_BYTES, run->row_number);
	push(run, &request);
	submit_and_collect(run, SETTLE_MS);
	if (recv(receiver, received, sizeof(received), MSG_DONTWAIT) != PAYLOAD_BYTES ||
	    !pattern_holds(received, PAYLOAD_BYTES, run->row_number, 0))
		row_note(run, "the receiver didn't get these bytes");
	row_end(run);
}

void success_cases(struct run *run)
{
	for (enum buffer buffer = SEND_FIXED; buffer <= MSG_FIXED; buffer++)
		for (size_t i = 0; i < sizeof(WAYS) / sizeof(WAYS[0]); i++)
			one_success(run, buffer, &WAYS[i]);
}

void usage_cases(struct run *run)
{
	int receiver;

	for (size_t i = 0; i < 2; i++) {
		enum buffer buffer = BUFFERS[i];
		if (!row_begin(run, "REPORT_USAGE, %s", buffer_name(buffer)))
			continue;
		if (combines(run) || !run->knows_report_usage)
			row_expect_bad_flag(run);  /* both want the notification's res */
		else
			row_expect(run, "(%d,MORE)(usage,NOTIF)", PAYLOAD_BYTES);  /* loopback copies, and says so */
		struct request request = to_loopback(run, buffer, &receiver);
		request.ioprio = IORING_SEND_ZC_REPORT_USAGE;
		push(run, &request);
		submit_and_collect(run, SETTLE_MS);
		row_end(run);
	}
}

void refused_cases(struct run *run)
{
	enum form { SKIP_SUCCESS, ADDR3, UNKNOWN_BIT };
	static const char *const FORMS[] = { "CQE_SKIP_SUCCESS", "addr3", "an unknown flag" };
	int receiver;

	for (enum form form = SKIP_SUCCESS; form <= UNKNOWN_BIT; form++)
		for (size_t i = 0; i < 2; i++) {
			enum buffer buffer = BUFFERS[i];
			if (!row_begin(run, "refused, %s, %s", FORMS[form], buffer_name(buffer)))
				continue;
			struct request request = to_loopback(run, buffer, &receiver);
			request.sqe_flags = form == SKIP_SUCCESS ? IOSQE_CQE_SKIP_SUCCESS : 0;
			request.addr3 = form == ADDR3;
			request.ioprio = form == UNKNOWN_BIT ? unknown_flag(run) : 0;
			if (form == UNKNOWN_BIT)
				row_expect_bad_flag(run);
			else
				row_expect(run, "(-22)");  /* there is no notification yet */
			push(run, &request);
			submit_and_collect(run, SETTLE_MS);
			row_end(run);
		}
}

/* Only where the kernel is expected to know no such flag; called with the flag on. */
void stock_flag_cases(struct run *run)
{
	int receiver;

	for (enum buffer buffer = SEND_FIXED; buffer <= MSG_PLAIN; buffer++)
		for (size_t i = 0; i < sizeof(WAYS) / sizeof(WAYS[0]); i++) {
			if (!row_begin(run, "flag on a stock kernel, %s, %s", buffer_name(buffer), WAYS[i].name))
				continue;
			row_expect_bad_flag(run);
			struct request request = to_loopback(run, buffer, &receiver);
			request.ioprio = WAYS[i].ioprio;
			request.sqe_flags = WAYS[i].sqe_flags;
			push(run, &request);
			submit_and_collect(run, SETTLE_MS);
			row_end(run);
		}
}
