/* SPDX-License-Identifier: Apache-2.0 */
/* Sends that fail when they are issued: the error is the result, and it comes like one. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "run.h"

#define NO_SUCH_FD (1 << 20)  /* beyond RLIMIT_NOFILE */

static int loopback_sender(struct run *run)
{
	struct sockaddr_in address = ipv4("127.0.0.1", 0);

	row_keep(run, udp_receiver(&run->network, false, &address));
	return row_keep(run, udp_connected(&address));
}

static void too_long(struct run *run, struct request *request)
{
	request->fd = loopback_sender(run);
	request->bytes = 70000;
}

/* The ICMP answer to a first datagram leaves its error on the socket; on loopback it is there when send() returns. */
static void refused_port(struct run *run, struct request *request)
{
	struct sockaddr_in address = ipv4("127.0.0.1", 0);

	close(udp_receiver(&run->network, false, &address));  /* a port that was free a moment ago */
	request->fd = row_keep(run, udp_connected(&address));
	if (send(request->fd, "", 1, 0) < 0)
		row_note(run, "the first send failed: %s", strerror(errno));
}

static void no_route(struct run *run, struct request *request)
{
	static struct sockaddr_in nowhere;

	nowhere = ipv4("198.51.100.1", 9);  /* TEST-NET-2; the namespace has no default route */
	request->fd = row_keep(run, udp_socket());
	request->to = &nowhere;
}

static void no_address(struct run *run, struct request *request)
{
	request->fd = row_keep(run, udp_socket());
}

static void no_descriptor(struct run *run, struct request *request)
{
	(void)run;
	request->fd = NO_SUCH_FD;
}

static void no_socket(struct run *run, struct request *request)
{
	request->fd = row_keep(run, open("/dev/null", O_RDWR | O_CLOEXEC));
}

static void no_zero_copy(struct run *run, struct request *request)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) < 0) {
		row_skip(run, "no AF_UNIX sockets: %s", strerror(errno));
		return;
	}
	request->fd = row_keep(run, pair[0]);
	row_keep(run, pair[1]);
}

/* For a fixed buffer: an address outside of what is registered. */
static void bad_address(struct run *run, struct request *request)
{
	request->fd = loopback_sender(run);
	request->address = run->unmapped;
}

static void shut_datagram(struct run *run, struct request *request)
{
	request->fd = loopback_sender(run);
	shutdown(request->fd, SHUT_WR);
}

static void shut_stream(struct run *run, struct request *request)
{
	int far;

	tcp_pair(&request->fd, &far);
	row_keep(run, request->fd);
	row_keep(run, far);
	shutdown(request->fd, SHUT_WR);
}

static void full_stream(struct run *run, struct request *request)
{
	int far;

	tcp_pair(&request->fd, &far);
	row_keep(run, request->fd);
	row_keep(run, far);
	tcp_fill(request->fd);
	request->msg_flags = MSG_DONTWAIT;
}

static void full_queue(struct run *run, struct request *request)
{
	int on = 1;

	if (run->network.no_full[0]) {
		row_skip(run, "%s", run->network.no_full);
		return;
	}
	request->fd = row_keep(run, udp_connected(&run->network.full));
	setsockopt(request->fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
	if (!network_fill(&run->network))
		row_note(run, "the queue never was full");
}

static const struct failure {
	const char *name;
	int result;
	void (*prepare)(struct run *run, struct request *request);
} FAILURES[] = {
	{ "EMSGSIZE", -EMSGSIZE, too_long },
	{ "ECONNREFUSED", -ECONNREFUSED, refused_port },
	{ "ENETUNREACH", -ENETUNREACH, no_route },
	{ "EDESTADDRREQ", -EDESTADDRREQ, no_address },
	{ "EBADF", -EBADF, no_descriptor },
	{ "ENOTSOCK", -ENOTSOCK, no_socket },
	{ "EOPNOTSUPP", -EOPNOTSUPP, no_zero_copy },
	{ "EFAULT", -EFAULT, bad_address },
	{ "EPIPE of UDP", -EPIPE, shut_datagram },
	{ "EPIPE of TCP", -EPIPE, shut_stream },
	{ "EAGAIN", -EAGAIN, full_stream },
	{ "ENOBUFS", -ENOBUFS, full_queue },
};

static void one_failure(struct run *run, const struct failure *failure, enum buffer buffer, bool by_worker)
{
	if (!row_begin(run, "%s, %s, %s", failure->name, buffer_name(buffer), by_worker ? "io-wq" : "inline"))
		return;
	row_expect_result(run, failure->result);
	struct request request = {
		.buffer = buffer, .bytes = PAYLOAD_BYTES, .sqe_flags = by_worker ? IOSQE_ASYNC : 0,
	};
	failure->prepare(run, &request);
	if (!run->row.skipped[0]) {
		push(run, &request);
		submit_and_collect(run, SETTLE_MS);
	}
	row_end(run);
}

void failure_cases(struct run *run)
{
	for (size_t i = 0; i < sizeof(FAILURES) / sizeof(FAILURES[0]); i++)
		for (int by_worker = 0; by_worker <= 1; by_worker++) {
			one_failure(run, &FAILURES[i], SEND_FIXED, by_worker);
			/* Only an address makes a plain buffer's failure another one than a fixed buffer's. */
			if (FAILURES[i].prepare == bad_address)
				one_failure(run, &FAILURES[i], SEND_PLAIN, by_worker);
			one_failure(run, &FAILURES[i], MSG_PLAIN, by_worker);
		}
}
