/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends in chains that break. A request that is cancelled as part of a chain goes neither through the send path nor
 * through its failure path, so this is where a combined mode is easily wrong: it must not post a second CQE, and least
 * of all one that looks like a success.
 *
 * Stock kernels post a stray (0, F_NOTIF) behind a (-125) without F_MORE, as seen on 6.12 and 6.18. Only the head of a
 * chain goes through the failure path when the chain is refused: it has its F_MORE (6.18).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <string.h>

#include "run.h"

#define NO_SUCH_FD (1 << 20)

static bool begin_chain(struct run *run, const char *name, enum buffer buffer, struct request *request)
{
	struct sockaddr_in address = ipv4("127.0.0.1", 0);

	if (!row_begin(run, "chain, %s, %s", name, buffer_name(buffer)))
		return false;
	run->row.by_place = true;
	row_keep(run, udp_receiver(&run->network, false, &address));
	*request = (struct request){
		.buffer = buffer, .fd = row_keep(run, udp_connected(&address)), .bytes = PAYLOAD_BYTES,
	};
	return true;
}

/* A head that fails, a send behind it. */
static void cancelled_by_head(struct run *run, enum buffer buffer)
{
	struct request request;

	if (!begin_chain(run, "head fails", buffer, &request))
		return;
	row_expect(run, combines(run) ? "(-125)head:(-9)" : "(-125)(0,NOTIF)head:(-9)");
	push_other(run, IORING_OP_SEND, NO_SUCH_FD, IOSQE_IO_LINK, HEAD);
	push(run, &request);
	submit_and_collect(run, LONG_SETTLE_MS);
	row_end(run);
}

/* The same; the head asks for no CQE of its own success, and when it fails its whole chain stays silent. */
static void cancelled_by_silent_head(struct run *run, enum buffer buffer)
{
	struct request request;

	if (!begin_chain(run, "silent head fails", buffer, &request))
		return;
	row_expect(run, combines(run) ? "head:(-9) or (-125)head:(-9)" : "(0,NOTIF)head:(-9)");
	push_other(run, IORING_OP_SEND, NO_SUCH_FD, IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS, HEAD);
	push(run, &request);
	submit_and_collect(run, CHAIN_SETTLE_MS);
	row_end(run);
}

/* A send in the middle of a chain that is refused for its form cancels what stands before it too. */
static void refused_in_the_middle(struct run *run, enum buffer buffer)
{
	struct request request;

	if (!begin_chain(run, "refused in the middle", buffer, &request))
		return;
	row_expect(run, combines(run) ? "(-22)head:(-125)tail:(-125) or (-22,NOTIF)head:(-125)tail:(-125)"
		   : run->flags_come_first ? "(-22)head:(-125)tail:(-125)" : "(-22)(0,NOTIF)head:(-125)tail:(-125)");
	request.ioprio = unknown_flag(run);
	request.sqe_flags = IOSQE_IO_LINK;
	push_other(run, IORING_OP_NOP, -1, IOSQE_IO_LINK, HEAD);
	push(run, &request);
	push_other(run, IORING_OP_NOP, -1, 0, TAIL);
	submit_and_collect(run, CHAIN_SETTLE_MS);
	row_end(run);
}

/* The send itself is sound; a request behind it is refused. */
static void cancelled_by_tail(struct run *run, enum buffer buffer, bool first)
{
	struct io_uring_sqe tail;
	struct request request;

	if (!begin_chain(run, first ? "tail refused" : "tail refused, a head", buffer, &request))
		return;
	const char *head = first ? "" : "head:(-125)";
	if (combines(run))
		row_expect(run, "(-125)%stail:(-22) or (-125,NOTIF)%stail:(-22)", head, head);
	else
		row_expect(run, "(-125%s)(0,NOTIF)%stail:(-22)", first ? ",MORE" : "", head);
	request.sqe_flags = IOSQE_IO_LINK;
	if (!first)
		push_other(run, IORING_OP_NOP, -1, IOSQE_IO_LINK, HEAD);
	push(run, &request);
	memset(&tail, 0, sizeof(tail));
	tail.opcode = 0xff;  /* no such operation */
	tail.user_data = user_data_of(run, TAIL);
	if (!ring_push(run->ring, &tail))
		die("the submission queue is full");
	submit_and_collect(run, CHAIN_SETTLE_MS);
	row_end(run);
}

/* A send that fails when it is issued cancels what is behind it. */
static void failing_head(struct run *run, enum buffer buffer)
{
	struct request request;

	if (!begin_chain(run, "the send fails", buffer, &request))
		return;
	row_expect(run, combines(run) ? "(-9,NOTIF)tail:(-125)" : "(-9,MORE)(0,NOTIF)tail:(-125)");
	request.fd = NO_SUCH_FD;
	request.sqe_flags = IOSQE_IO_LINK;
	push(run, &request);
	push_other(run, IORING_OP_NOP, -1, 0, TAIL);
	submit_and_collect(run, CHAIN_SETTLE_MS);
	row_end(run);
}

void link_cases(struct run *run)
{
	static const enum buffer BUFFERS[] = { SEND_FIXED, MSG_PLAIN };

	for (int i = 0; i < 2; i++) {
		cancelled_by_head(run, BUFFERS[i]);
		cancelled_by_silent_head(run, BUFFERS[i]);
		refused_in_the_middle(run, BUFFERS[i]);
		cancelled_by_tail(run, BUFFERS[i], true);
		cancelled_by_tail(run, BUFFERS[i], false);
		failing_head(run, BUFFERS[i]);
	}
}
