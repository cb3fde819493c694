/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "millrace_shim.h"

void mr_send_prepare(struct mmsghdr *messages, struct iovec *vectors, uint32_t count)
{
	memset(messages, 0, count * sizeof(*messages));
	for (uint32_t i = 0; i < count; i++) {
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
}

/* Whether an earlier group found this socket's buffer full. Whatever went out now would overtake what waits. */
static bool found_full(const struct mr_send_group *groups, uint32_t before, int32_t fd)
{
	for (uint32_t g = 0; g < before; g++)
		if (groups[g].full && groups[g].fd == fd)
			return true;
	return false;
}

static void fill(int32_t *results, uint32_t from, uint32_t to, int32_t value)
{
	for (uint32_t i = from; i < to; i++)
		results[i] = value;
}

/*
 * One group. sendmmsg(2) tells of an error only if it is the first message's: where a later one fails, it returns how many
 * went before, and the failing one's errno comes, if it still is one, when the next call begins with it.
 */
static uint32_t send_group(struct mr_send_group *group, struct mmsghdr *messages, int32_t *results)
{
	uint32_t calls = 0, done = 0;

	while (done < group->count) {
		int sent = sendmmsg(group->fd, messages + done, group->count - done, MSG_DONTWAIT | MSG_NOSIGNAL);
		calls++;
		for (int i = 0; i < sent; i++, done++)
			results[done] = (int32_t)messages[done].msg_len;
		if (sent >= 0 || errno == EINTR)
			continue;
		if (errno == EAGAIN) {
			group->full = 1;
			fill(results, done, group->count, -EAGAIN);
			break;
		}
		results[done++] = -errno;
	}
	return calls;
}

int32_t mr_send_batch(struct mr_send_group *groups, uint32_t count, struct mmsghdr *messages, int32_t *results)
{
	uint32_t calls = 0, first = 0;
	bool any_full = false;

	for (uint32_t g = 0; g < count; g++) {
		struct mr_send_group *group = &groups[g];
		group->full = any_full && found_full(groups, g, group->fd);
		if (group->full)
			fill(results, first, first + group->count, -EAGAIN);
		else
			calls += send_group(group, messages + first, results + first);
		any_full |= group->full;
		first += group->count;
	}
	return (int32_t)calls;
}
