/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "loopback.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct mr_endpoint loopback_endpoint(uint16_t family, uint16_t port)
{
	struct mr_endpoint endpoint = { .family = family, .port = port };

	if (family == AF_INET) {
		endpoint.address[0] = 127;
		endpoint.address[3] = 1;
	} else {
		endpoint.address[15] = 1;
	}
	return endpoint;
}

int32_t loopback_open(struct loopback_pair *pair)
{
	struct mr_endpoint any_port = loopback_endpoint(AF_INET, 0);
	int32_t result;

	pair->receiver = mr_udp_socket(AF_INET);
	pair->sender = mr_udp_socket(AF_INET);
	if (pair->receiver < 0 || pair->sender < 0)
		return pair->receiver < 0 ? pair->receiver : pair->sender;
	if ((result = mr_socket_bind(pair->receiver, &any_port)) < 0)
		return result;
	if ((result = mr_socket_local(pair->receiver, &pair->address)) < 0)
		return result;
	if ((result = mr_receive_timeout(pair->receiver, INT64_C(5000000000))) < 0)
		return result;
	return mr_socket_connect(pair->sender, &pair->address);
}

void loopback_close(struct loopback_pair *pair)
{
	close(pair->sender);
	close(pair->receiver);
}

int32_t loopback_settle(void)
{
	struct loopback_pair pair;
	char byte = 0;
	int32_t result = loopback_open(&pair);

	if (result < 0)
		return result;
	if (send(pair.sender, &byte, 1, 0) != 1 || recv(pair.receiver, &byte, 1, 0) != 1)
		result = -errno;
	loopback_close(&pair);
	return result;
}

int32_t closed_fd(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

int64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void on_alarm(int signal)
{
	(void)signal;
}

void interrupt_often(bool on)
{
	/* Repeated, because the first may come before the call that it shall interrupt. No SA_RESTART. */
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval timer = { .it_value.tv_usec = on ? 10000 : 0, .it_interval.tv_usec = on ? 10000 : 0 };

	/* The handler stays: a last signal may still be on its way. */
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}
