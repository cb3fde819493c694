/* SPDX-License-Identifier: Apache-2.0 */
/* A ring that goes away while the kernel still sends from its buffers, and a process that does. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

#define DATAGRAMS 4  /* tbf lets three pass in a second */

/* Submits DATAGRAMS sends, each from its own bytes, on a ring of this function's own, and closes it at once. */
static void send_and_close(struct run *run, int fd, bool exits)
{
	struct ring own;
	struct ring *usual = run->ring;
	int result = ring_open(&own, usual->setup_flags);

	if (result == 0)
		result = ring_register_buffer(&own, run->fixed, AREA_BYTES);
	if (result < 0)
		die("a second ring: %s", strerror(-result));
	run->ring = &own;
	for (uint32_t i = 0; i < DATAGRAMS; i++) {
		struct request request = {
			.buffer = SEND_FIXED, .fd = fd, .bytes = PAYLOAD_BYTES, .address = run->fixed + i * 2048,
		};
		pattern_fill(request.address, PAYLOAD_BYTES, run->row_number + i);
		push(run, &request);
	}
	submit(run);
	if (exits) {
		if (run->row.note[0])
			fprintf(stderr, "%s: the child: %s\n", run->row.name, run->row.note);
		_exit(run->row.note[0] ? 1 : 0);
	}
	ring_close(&own);
	run->ring = usual;
}

/* ---- The process that exits ------------------------------------------------------------------------------------ */

/* What a child has to know about the row. */
struct order {
	uint32_t setup_flags;
	uint32_t row_number;
	bool flagged;
};

static void send_and_exit(struct run *run, const struct order *order, int fd)
{
	struct ring usual = { .setup_flags = order->setup_flags };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run->ring = &usual;
	run->row_number = order->row_number;
	run->flagged = order->flagged;
	send_and_close(run, fd, true);
}

/* Serves orders, each with a socket, until the other end of the channel is closed. */
static void serve(struct run *run, int channel)
{
	union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control;
	struct order order;
	struct iovec vector = { &order, sizeof(order) };

	for (;;) {
		struct msghdr message = {
			.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control),
		};
		int fd, status = 0;

		if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) != sizeof(order))
			_exit(0);
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
		pid_t child = fork();
		if (child == 0)
			send_and_exit(run, &order, fd);
		close(fd);
		if (child < 0 || waitpid(child, &status, 0) != child)
			status = -1;
		if (send(channel, &status, sizeof(status), MSG_NOSIGNAL) != sizeof(status))
			_exit(1);
	}
}

void close_cases_prepare(struct run *run)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		die("socketpair: %s", strerror(errno));
	pid_t child = fork();
	if (child < 0)
		die("fork: %s", strerror(errno));
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		serve(run, ends[1]);
	}
	close(ends[1]);
	run->children = ends[0];
}

static void let_a_child_send(struct run *run, int fd)
{
	union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = { 0 };
	struct order order = {
		.setup_flags = run->ring->setup_flags, .row_number = run->row_number, .flagged = run->flagged,
	};
	struct iovec vector = { &order, sizeof(order) };
	struct msghdr message = {
		.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int status;

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	if (sendmsg(run->children, &message, MSG_NOSIGNAL) < 0 ||
	    recv(run->children, &status, sizeof(status), 0) != sizeof(status))
		die("the process that starts children: %s", strerror(errno));
	if (status)
		row_note(run, "the child ended with status 0x%x", status);
}

static unsigned intact_datagrams(const struct run *run, int receiver)
{
	unsigned char bytes[PAYLOAD_BYTES + 1];
	unsigned intact = 0;

	while (intact < DATAGRAMS && recv(receiver, bytes, sizeof(bytes), 0) == PAYLOAD_BYTES &&
	       pattern_holds(bytes, PAYLOAD_BYTES, run->row_number + intact, 0))
		intact++;
	return intact;
}

static void one_end(struct run *run, bool exits)
{
	if (!row_begin(run, "%s with sends pending", exits ? "process exits" : "ring closed"))
		return;
	row_expect_result(run, PAYLOAD_BYTES);
	if (run->network.no_delay[0]) {
		row_skip(run, "%s", run->network.no_delay);
		row_end(run);
		return;
	}
	struct sockaddr_in address = run->network.delayed;
	int receiver = row_keep(run, udp_receiver(&run->network, true, &address));
	int fd = row_keep(run, udp_connected(&address));
	network_arm_delay(&run->network);
	if (exits)
		let_a_child_send(run, fd);
	else
		send_and_close(run, fd, false);
	unsigned intact = intact_datagrams(run, receiver);
	if (intact != DATAGRAMS)
		row_note(run, "%u of %u datagrams came intact", intact, DATAGRAMS);

	/* The socket outlives the ring: another ring sends over it. */
	struct request request = { .buffer = SEND_FIXED, .fd = fd, .bytes = PAYLOAD_BYTES };
	push(run, &request);
	submit_and_collect(run, SETTLE_MS);
	row_end(run);
}

void close_cases(struct run *run)
{
	one_end(run, false);
	one_end(run, true);
}
