/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets and the bytes that travel through them; see network.h. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "network.h"

#define RECEIVE_BUFFER_BYTES (8 << 20)  /* loopback charges a 100-byte datagram some pages */
#define STREAM_BUFFER_BYTES (16 << 10)

void die(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fprintf(stderr, "conformance: ");
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\n");
	exit(1);
}

static int checked(const char *what, int result)
{
	if (result < 0)
		die("%s: %s", what, strerror(errno));
	return result;
}

struct sockaddr_in ipv4(const char *dotted, uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, dotted, &address.sin_addr);
	return address;
}

int udp_socket(void)
{
	return checked("socket", socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

int udp_connected(const struct sockaddr_in *to)
{
	int fd = udp_socket();

	checked("connect", connect(fd, (const struct sockaddr *)to, sizeof(*to)));
	return fd;
}

int udp_receiver(const struct network *network, bool far, struct sockaddr_in *address)
{
	struct timeval limit = { .tv_usec = 900000 };
	int bytes = RECEIVE_BUFFER_BYTES;
	socklen_t length = sizeof(*address);

	/* A socket belongs to the namespace that it was made in, whatever namespace its users are in. */
	if (far)
		checked("setns", setns(network->far_namespace, CLONE_NEWNET));
	int fd = udp_socket();
	if (far)
		checked("setns", setns(network->near_namespace, CLONE_NEWNET));
	checked("SO_RCVBUFFORCE", setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)));
	checked("SO_RCVTIMEO", setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)));
	address->sin_port = 0;
	checked("bind", bind(fd, (struct sockaddr *)address, sizeof(*address)));
	checked("getsockname", getsockname(fd, (struct sockaddr *)address, &length));
	return fd;
}

void tcp_pair(int *near, int *far)
{
	struct sockaddr_in address = ipv4("127.0.0.1", 0);
	socklen_t length = sizeof(address);
	int bytes = STREAM_BUFFER_BYTES;

	int listener = checked("socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	/* Before the connection: a set size also ends the kernel's own tuning of it. */
	checked("SO_RCVBUF", setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)));
	checked("bind", bind(listener, (struct sockaddr *)&address, sizeof(address)));
	checked("getsockname", getsockname(listener, (struct sockaddr *)&address, &length));
	checked("listen", listen(listener, 1));
	*near = checked("socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	checked("SO_SNDBUF", setsockopt(*near, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes)));
	checked("connect", connect(*near, (struct sockaddr *)&address, sizeof(address)));
	*far = checked("accept", accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	close(listener);
}

/* Bytes that were sent but not acknowledged. */
static int in_flight(int fd)
{
	int queued = 0, unsent = 0;

	checked("SIOCOUTQ", ioctl(fd, SIOCOUTQ, &queued));
	checked("SIOCOUTQNSD", ioctl(fd, SIOCOUTQNSD, &unsent));
	return queued - unsent;
}

void tcp_fill(int fd)
{
	static const char zeros[4096];

	/* A delayed acknowledgment (40 to 200 ms) makes room once more: the stream is full when none is due. */
	for (int idle = 0, passes = 0; idle < 3 && passes < 500; passes++) {
		bool wrote = false;
		while (send(fd, zeros, sizeof(zeros), MSG_DONTWAIT) > 0)
			wrote = true;
		idle = wrote || in_flight(fd) > 0 ? 0 : idle + 1;
		usleep(2000);
	}
}

static unsigned char pattern_byte(size_t place, uint32_t seed)
{
	return (unsigned char)((place * 31 + (place >> 8) * 7 + seed * 101 + 1) & 0xff);
}

void pattern_fill(unsigned char *bytes, size_t count, uint32_t seed)
{
	for (size_t i = 0; i < count; i++)
		bytes[i] = pattern_byte(i, seed);
}

bool pattern_holds(const unsigned char *bytes, size_t count, uint32_t seed, size_t offset)
{
	for (size_t i = 0; i < count; i++)
		if (bytes[i] != pattern_byte(offset + i, seed))
			return false;
	return true;
}
