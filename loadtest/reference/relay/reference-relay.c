/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C reference relay: what a careful program without io_uring does to send on what arrives. recvmmsg(2) takes up to
 * `batch` datagrams, and one sendmmsg(2) for each target sends them from where they were received. With --trains it takes
 * and sends trains (UDP_GRO, UDP_SEGMENT), each in one message.
 *
 * One thread, blocking. Prints one JSON object when it is told to end (SIGTERM).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_TARGETS 64
#define MOST_BATCH 256
#define BUFFER_BYTES 65536
#define SOCKET_BUFFER_BYTES (4 << 20)
#define WAKE_MS 100  /* how long a signal may go unseen */

struct relay {
	struct sockaddr_in listen, to;
	unsigned targets, batch;
	int cpu;
	bool trains;
	int receiver, senders[MOST_TARGETS];
	uint64_t received, sent, failed, calls;
};

/* Of one message: what it was received with, and what it is sent with. */
struct control {
	_Alignas(struct cmsghdr) char in[CMSG_SPACE(sizeof(int))], out[CMSG_SPACE(sizeof(uint16_t))];
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

__attribute__((noreturn)) static void fail(const char *what)
{
	fprintf(stderr, "reference-relay: %s: %s\n", what, strerror(errno));
	exit(1);
}

__attribute__((noreturn)) static void usage(void)
{
	fputs("usage: reference-relay --listen IPV4:PORT --to IPV4:PORT [--targets N] [--batch N] [--trains] [--cpu N]\n"
	      "  --targets N  the ports PORT to PORT+N-1, 1 to 64 (1)\n"
	      "  --batch N    messages per system call, 1 to 256 (32)\n"
	      "  --trains     receive trains whole, and send them so\n"
	      "  --cpu N      pin the process to this CPU\n",
	      stderr);
	exit(2);
}

static int checked(const char *what, int result)
{
	if (result < 0)
		fail(what);
	return result;
}

static void set(int fd, int level, int option, int value, const char *what)
{
	checked(what, setsockopt(fd, level, option, &value, sizeof(value)));
}

static struct sockaddr_in endpoint(char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	char *colon = strrchr(text, ':');

	if (!colon)
		usage();
	*colon = 0;
	address.sin_port = htons((uint16_t)atoi(colon + 1));
	if (inet_pton(AF_INET, text, &address.sin_addr) != 1 || !address.sin_port)
		usage();
	return address;
}

static void parse(struct relay *relay, int count, char **arguments)
{
	static const struct option known[] = {
		{ "listen", required_argument, NULL, 'l' }, { "to", required_argument, NULL, 't' },
		{ "targets", required_argument, NULL, 'n' }, { "batch", required_argument, NULL, 'b' },
		{ "cpu", required_argument, NULL, 'c' }, { "trains", no_argument, NULL, 'g' }, { NULL, 0, NULL, 0 },
	};

	*relay = (struct relay){ .targets = 1, .batch = 32, .cpu = -1 };
	for (int option; (option = getopt_long(count, arguments, "", known, NULL)) >= 0;) {
		switch (option) {
		case 'l': relay->listen = endpoint(optarg); break;
		case 't': relay->to = endpoint(optarg); break;
		case 'n': relay->targets = (unsigned)atoi(optarg); break;
		case 'b': relay->batch = (unsigned)atoi(optarg); break;
		case 'c': relay->cpu = atoi(optarg); break;
		case 'g': relay->trains = true; break;
		default: usage();
		}
	}
	if (!relay->listen.sin_port || !relay->to.sin_port || relay->targets < 1 || relay->targets > MOST_TARGETS ||
	    relay->batch < 1 || relay->batch > MOST_BATCH)
		usage();
}

/* FORCE needs CAP_NET_ADMIN; without it the kernel grants what net.core.[rw]mem_max allow. */
static void buffer(int fd, int force, int option, const char *what)
{
	int bytes = SOCKET_BUFFER_BYTES;

	if (setsockopt(fd, SOL_SOCKET, force, &bytes, sizeof(bytes)) < 0)
		set(fd, SOL_SOCKET, option, bytes, what);
}

static void open_sockets(struct relay *relay)
{
	struct timeval wake = { .tv_usec = WAKE_MS * 1000 };

	relay->receiver = checked("socket", socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	buffer(relay->receiver, SO_RCVBUFFORCE, SO_RCVBUF, "SO_RCVBUF");
	checked("SO_RCVTIMEO", setsockopt(relay->receiver, SOL_SOCKET, SO_RCVTIMEO, &wake, sizeof(wake)));
	if (relay->trains)
		set(relay->receiver, SOL_UDP, UDP_GRO, 1, "UDP_GRO");
	checked("bind", bind(relay->receiver, (struct sockaddr *)&relay->listen, sizeof(relay->listen)));
	for (unsigned i = 0; i < relay->targets; i++) {
		struct sockaddr_in to = relay->to;

		to.sin_port = htons((uint16_t)(ntohs(relay->to.sin_port) + i));
		relay->senders[i] = checked("socket", socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
		buffer(relay->senders[i], SO_SNDBUFFORCE, SO_SNDBUF, "SO_SNDBUF");
		checked("connect", connect(relay->senders[i], (struct sockaddr *)&to, sizeof(to)));
	}
}

/* Makes what was received what is sent; returns how many datagrams it is. */
static unsigned turn(const struct msghdr *in, unsigned bytes, struct msghdr *out, struct control *control)
{
	const struct cmsghdr *gro = in->msg_controllen ? CMSG_FIRSTHDR(in) : NULL;
	int size = 0;

	out->msg_iov->iov_len = bytes;
	out->msg_control = NULL;
	out->msg_controllen = 0;
	if (gro && gro->cmsg_level == SOL_UDP && gro->cmsg_type == UDP_GRO)
		memcpy(&size, CMSG_DATA(gro), sizeof(size));
	if (size <= 0 || bytes <= (unsigned)size)
		return 1;
	uint16_t segment = (uint16_t)size;
	out->msg_control = control->out;
	out->msg_controllen = sizeof(control->out);
	struct cmsghdr *gso = CMSG_FIRSTHDR(out);
	gso->cmsg_level = SOL_UDP;
	gso->cmsg_type = UDP_SEGMENT;
	gso->cmsg_len = CMSG_LEN(sizeof(segment));
	memcpy(CMSG_DATA(gso), &segment, sizeof(segment));
	return (bytes + segment - 1) / segment;
}

static void send_all(struct relay *relay, int fd, struct mmsghdr *messages, const unsigned *datagrams, unsigned count)
{
	for (unsigned done = 0; done < count;) {
		int sent = sendmmsg(fd, messages + done, count - done, MSG_NOSIGNAL);

		relay->calls++;
		if (sent < 0 && errno == EINTR)
			continue;
		/* An error is about the first message alone: it is lost, and the others are tried again. */
		for (int i = 0; i < sent; i++)
			relay->sent += datagrams[done + (unsigned)i];
		if (sent < 0)
			relay->failed += datagrams[done];
		done += sent < 0 ? 1 : (unsigned)sent;
	}
}

static void run(struct relay *relay)
{
	static struct mmsghdr in[MOST_BATCH], out[MOST_BATCH];
	static struct iovec in_vectors[MOST_BATCH], out_vectors[MOST_BATCH];
	static struct control controls[MOST_BATCH];
	static unsigned datagrams[MOST_BATCH];
	char *buffers = aligned_alloc(4096, (size_t)relay->batch * BUFFER_BYTES);

	if (!buffers)
		fail("aligned_alloc");
	for (unsigned i = 0; i < relay->batch; i++) {
		in_vectors[i] = out_vectors[i] = (struct iovec){ buffers + (size_t)i * BUFFER_BYTES, BUFFER_BYTES };
		in[i].msg_hdr = (struct msghdr){ .msg_iov = &in_vectors[i], .msg_iovlen = 1 };
		out[i].msg_hdr = (struct msghdr){ .msg_iov = &out_vectors[i], .msg_iovlen = 1 };
	}
	while (!stopped) {
		for (unsigned i = 0; relay->trains && i < relay->batch; i++) {
			in[i].msg_hdr.msg_control = controls[i].in;
			in[i].msg_hdr.msg_controllen = sizeof(controls[i].in);
		}
		int count = recvmmsg(relay->receiver, in, relay->batch, MSG_WAITFORONE, NULL);
		relay->calls++;
		if (count < 0 && errno != EAGAIN && errno != EINTR)
			fail("recvmmsg");
		for (int i = 0; i < count; i++) {
			datagrams[i] = turn(&in[i].msg_hdr, in[i].msg_len, &out[i].msg_hdr, &controls[i]);
			relay->received += datagrams[i];
		}
		for (unsigned target = 0; count > 0 && target < relay->targets; target++)
			send_all(relay, relay->senders[target], out, datagrams, (unsigned)count);
	}
	free(buffers);
}

int main(int count, char **arguments)
{
	struct relay relay;
	struct sigaction action = { .sa_handler = stop };

	parse(&relay, count, arguments);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	if (relay.cpu >= 0) {
		cpu_set_t cpus;

		CPU_ZERO(&cpus);
		CPU_SET(relay.cpu, &cpus);
		checked("sched_setaffinity", sched_setaffinity(0, sizeof(cpus), &cpus));
	}
	open_sockets(&relay);
	puts("listening");
	fflush(stdout);
	run(&relay);
	printf("{\"received\":%llu,\"sent\":%llu,\"failed\":%llu,\"calls\":%llu}\n", (unsigned long long)relay.received,
	       (unsigned long long)relay.sent, (unsigned long long)relay.failed, (unsigned long long)relay.calls);
	return 0;
}
