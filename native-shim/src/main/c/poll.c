/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <time.h>

#include "millrace_shim.h"

int32_t mr_poll_open(void)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int32_t mr_poll_add(int32_t poll_fd, int32_t fd, uint32_t events, int32_t tag)
{
	struct epoll_event event = { .events = events, .data.u32 = (uint32_t)tag };

	return epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

int32_t mr_poll_remove(int32_t poll_fd, int32_t fd)
{
	return epoll_ctl(poll_fd, EPOLL_CTL_DEL, fd, NULL) < 0 ? -errno : 0;
}

int32_t mr_poll_wait(int32_t poll_fd, int64_t timeout_ns, int32_t *tags, uint32_t most)
{
	enum { AT_ONCE = 64 };
	struct epoll_event events[AT_ONCE];

	/* epoll_wait(2) counts milliseconds, and epoll_pwait2(2), of 5.11, is unknown to older seccomp profiles. */
	if (timeout_ns > 0) {
		struct pollfd any = { .fd = poll_fd, .events = POLLIN };
		struct timespec timeout = { .tv_sec = timeout_ns / 1000000000, .tv_nsec = timeout_ns % 1000000000 };
		if (ppoll(&any, 1, &timeout, NULL) < 0)
			return -errno;
	}
	int got = epoll_wait(poll_fd, events, most < AT_ONCE ? (int)most : AT_ONCE, 0);
	if (got < 0)
		return -errno;
	for (int i = 0; i < got; i++)
		tags[i] = (int32_t)events[i].data.u32;
	return got;
}
