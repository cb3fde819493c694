/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for several descriptors, edge-triggered, as the sendmmsg engine does. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loopback.h"

static const int64_t A_SECOND = INT64_C(1000000000);

static int32_t open_poll(void)
{
	int32_t poll_fd = mr_poll_open();

	if (CHECK_RANGE(poll_fd, 0, INT32_MAX))
		CHECK_EQ(fcntl(poll_fd, F_GETFD), FD_CLOEXEC);
	return poll_fd;
}

/* Each signal is one event, without the eventfd ever being read. */
static void eventfd_wakes_at_each_signal(void)
{
	int32_t tags[4] = { 0 }, poll_fd = open_poll(), event = mr_eventfd();

	REQUIRE_EQ(mr_poll_add(poll_fd, event, EPOLLIN | (uint32_t)EPOLLET, -7), 0);
	CHECK_EQ(mr_poll_wait(poll_fd, 0, tags, 4), 0);
	for (int i = 0; i < 3; i++) {
		REQUIRE_EQ(mr_eventfd_signal(event), 0);
		CHECK_EQ(mr_poll_wait(poll_fd, 10 * A_SECOND, tags, 4), 1);
		CHECK_EQ(tags[0], -7);
		CHECK_EQ(mr_poll_wait(poll_fd, 0, tags, 4), 0);
	}
	close(event);
	close(poll_fd);
}

static void time_passes_if_nothing_happens(void)
{
	int32_t tag, poll_fd = open_poll();
	int64_t begin = monotonic_ns();

	CHECK_EQ(mr_poll_wait(poll_fd, 3000000, &tag, 1), 0);
	CHECK(monotonic_ns() - begin >= 3000000);
	close(poll_fd);
}

/* A socket that has filled up is reported when there is room again, and not before. */
static void full_socket_is_reported_when_it_has_room(void)
{
	int32_t tags[4] = { 0 }, poll_fd = open_poll();
	int ends[2];
	char byte = 0;
	uint32_t queued = 0;

	REQUIRE_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends), 0);
	while (send(ends[0], &byte, 1, MSG_DONTWAIT) == 1)
		queued++;
	REQUIRE_EQ(errno, EAGAIN);
	REQUIRE_EQ(mr_poll_add(poll_fd, ends[0], EPOLLOUT | (uint32_t)EPOLLET, 3), 0);
	CHECK_EQ(mr_poll_wait(poll_fd, 0, tags, 4), 0);
	while (queued-- > 0)
		REQUIRE_EQ(recv(ends[1], &byte, 1, 0), 1);
	CHECK_EQ(mr_poll_wait(poll_fd, 10 * A_SECOND, tags, 4), 1);
	CHECK_EQ(tags[0], 3);
	CHECK_EQ(mr_poll_remove(poll_fd, ends[0]), 0);
	CHECK_EQ(mr_poll_remove(poll_fd, ends[0]), -ENOENT);
	close(ends[0]);
	close(ends[1]);
	close(poll_fd);
}

/* One that had room already is reported too: whoever adds it after EAGAIN can't miss the change. */
static void socket_with_room_is_reported_once(void)
{
	struct loopback_pair pair;
	int32_t tags[4], poll_fd = open_poll();

	REQUIRE_EQ(loopback_open(&pair), 0);
	REQUIRE_EQ(mr_poll_add(poll_fd, pair.sender, EPOLLOUT | (uint32_t)EPOLLET, 5), 0);
	CHECK_EQ(mr_poll_wait(poll_fd, A_SECOND, tags, 4), 1);
	CHECK_EQ(tags[0], 5);
	CHECK_EQ(mr_poll_wait(poll_fd, 0, tags, 4), 0);
	loopback_close(&pair);
	close(poll_fd);
}

/* What lies in a socket's error queue, which nobody reads, must not end every wait. */
static void old_error_is_not_reported_again(void)
{
	struct loopback_pair pair;
	int32_t tags[4], poll_fd = open_poll();
	int64_t end = monotonic_ns() + 5 * A_SECOND;
	char byte = 0;

	REQUIRE_EQ(loopback_open(&pair), 0);
	REQUIRE_EQ(mr_socket_set(pair.sender, IPPROTO_IP, IP_RECVERR, 1), 0);
	close(pair.receiver);
	while (mr_socket_send(pair.sender, &byte, 1) == 1)
		REQUIRE(monotonic_ns() < end);
	REQUIRE_EQ(mr_poll_add(poll_fd, pair.sender, EPOLLOUT | (uint32_t)EPOLLET, 5), 0);
	CHECK_EQ(mr_poll_wait(poll_fd, A_SECOND, tags, 4), 1);
	CHECK_EQ(mr_poll_wait(poll_fd, 3000000, tags, 4), 0);
	close(pair.sender);
	close(poll_fd);
}

static void errors_are_returned(void)
{
	int32_t tag, poll_fd = open_poll(), event = mr_eventfd();

	CHECK_EQ(mr_poll_add(poll_fd, closed_fd(), EPOLLIN, 0), -EBADF);
	CHECK_EQ(mr_poll_add(closed_fd(), event, EPOLLIN, 0), -EBADF);
	CHECK_EQ(mr_poll_wait(closed_fd(), 0, &tag, 1), -EBADF);
	interrupt_often(true);
	CHECK_EQ(mr_poll_wait(poll_fd, 10 * A_SECOND, &tag, 1), -EINTR);
	interrupt_often(false);
	close(event);
	close(poll_fd);
}

const struct test_case poll_cases[] = {
	CASE(eventfd_wakes_at_each_signal),
	CASE(time_passes_if_nothing_happens),
	CASE(full_socket_is_reported_when_it_has_room),
	CASE(socket_with_room_is_reported_once),
	CASE(old_error_is_not_reported_again),
	CASE(errors_are_returned),
	END_OF_CASES,
};
