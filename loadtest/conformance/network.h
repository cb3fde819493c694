/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network that the cases send over: a namespace of our own with its loopback, and two veth links from it into a
 * second one. None has a name under /run/netns: both vanish with this process and its children.
 */
#ifndef CONFORMANCE_NETWORK_H
#define CONFORMANCE_NETWORK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A datagram over the delayed link arrives at least this late. Long, so that "at once" may be slow on a slow guest. */
#define DELAY_MS 300

struct network {
	int near_namespace;        /* where we are */
	int far_namespace;
	const char *delayed_by;    /* "netem", "tbf", or NULL: see no_delay */
	char no_delay[96];         /* why there is no delayed link */
	char no_full[96];          /* why there is no link with a full queue; "": there is one */
	struct sockaddr_in delayed;
	struct sockaddr_in full;
};

/* 0, or -errno where no namespace can be had. Links that can't be made leave their reason in the struct. */
int network_open(struct network *network);

/* Makes the next datagram of a test wait DELAY_MS at least: netem does so by itself, tbf needs its bucket emptied. */
void network_arm_delay(struct network *network);
/* Fills the queue of the full link until the kernel refuses a datagram; false: it never did. */
bool network_fill(struct network *network);

/* Sockets; each returns a descriptor >= 0, or ends the program: none of them fails on a working kernel. */
int udp_socket(void);
int udp_connected(const struct sockaddr_in *to);
/* Bound to a free port of the address, which is completed; far: in the second namespace. A recv() waits 0.9 s at most. */
int udp_receiver(const struct network *network, bool far, struct sockaddr_in *address);
/* A loopback stream with small buffers; near is the sender's side. */
void tcp_pair(int *near, int *far);
/* Writes until a stream takes no more, and goes on taking no more. */
void tcp_fill(int fd);

struct sockaddr_in ipv4(const char *dotted, uint16_t port);
/* Bytes that depend on the place and on the seed. */
void pattern_fill(unsigned char *bytes, size_t count, uint32_t seed);
bool pattern_holds(const unsigned char *bytes, size_t count, uint32_t seed, size_t offset);

__attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...);

#endif
