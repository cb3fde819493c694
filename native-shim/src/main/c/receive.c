/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "millrace_shim.h"

/* What recvmmsg(2) needs beside the slots, per datagram. */
struct receive_entry {
	struct iovec vector;
	union {
		struct cmsghdr align;
		uint8_t bytes[CMSG_SPACE(sizeof(struct timespec))];
	} control;
};

int64_t mr_receive_scratch_bytes(uint32_t count)
{
	return (int64_t)count * (int64_t)(sizeof(struct receive_entry) + sizeof(struct mmsghdr));
}

static int64_t receive_time_ns(struct msghdr *header)
{
	for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part; part = CMSG_NXTHDR(header, part)) {
		if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec time;
			memcpy(&time, CMSG_DATA(part), sizeof(time));
			return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
		}
	}
	return 0;
}

int32_t mr_receive_batch(int32_t fd, void *slots, uint32_t slot_bytes, uint32_t count, void *scratch,
			 struct mr_received *received)
{
	/* recvmmsg wants the headers side by side: they come first, the entries after them. */
	struct mmsghdr *messages = scratch;
	struct receive_entry *entries = (struct receive_entry *)(messages + count);

	for (uint32_t i = 0; i < count; i++) {
		entries[i].vector.iov_base = (uint8_t *)slots + (uint64_t)i * slot_bytes;
		entries[i].vector.iov_len = slot_bytes;
		memset(&messages[i], 0, sizeof(messages[i]));
		messages[i].msg_hdr.msg_iov = &entries[i].vector;
		messages[i].msg_hdr.msg_iovlen = 1;
		messages[i].msg_hdr.msg_control = entries[i].control.bytes;
		messages[i].msg_hdr.msg_controllen = sizeof(entries[i].control.bytes);
	}
	int got = recvmmsg(fd, messages, count, MSG_WAITFORONE, NULL);
	if (got < 0)
		return -errno;
	for (int i = 0; i < got; i++) {
		received[i].bytes = messages[i].msg_len;
		received[i].truncated = (messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
		received[i].time_ns = receive_time_ns(&messages[i].msg_hdr);
	}
	return got;
}

int32_t mr_receive_timeout(int32_t fd, int64_t timeout_ns)
{
	/* Rounded up: a timeval of 0 means no limit, and 1 ns must not become that. */
	int64_t microseconds = timeout_ns / 1000 + (timeout_ns % 1000 > 0);
	struct timeval timeout = { .tv_sec = microseconds / 1000000, .tv_usec = microseconds % 1000000 };

	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0 ? -errno : 0;
}
