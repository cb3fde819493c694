/* SPDX-License-Identifier: Apache-2.0 */
/* Batches of sendmmsg(2): what becomes of messages in front of, at and behind one that fails. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "loopback.h"

enum { MOST = 2000 };

static struct mmsghdr messages[MOST];
static struct iovec vectors[MOST];
static int32_t results[MOST];
static uint8_t payload[70000];

/* `count` messages of so many bytes each; the first byte is the number of the message. */
static void prepare(uint32_t count, uint32_t bytes)
{
	memset(messages, 0xff, sizeof(messages));
	mr_send_prepare(messages, vectors, count);
	for (uint32_t i = 0; i < count; i++) {
		payload[i] = (uint8_t)i;
		vectors[i] = (struct iovec){ .iov_base = &payload[i], .iov_len = bytes };
	}
	memset(results, 0xff, sizeof(results));
}

static int32_t send_to_one(int32_t fd, uint32_t count)
{
	struct mr_send_group group = { .fd = fd, .count = count };
	return mr_send_batch(&group, 1, messages, results);
}

/* The first byte of the next datagram; -errno where there is none. */
static int32_t next(int32_t fd)
{
	uint8_t bytes[2048];
	ssize_t got = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	return got < 0 ? -errno : bytes[0];
}

/* Connected datagram sockets whose queue of some messages is full soon; the kernel lets no UDP queue on loopback fill up. */
static bool open_queue(int ends[2])
{
	return socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) == 0;
}

static void batch_goes_to_several_sockets_in_order(void)
{
	struct loopback_pair a, b;

	REQUIRE_EQ(loopback_open(&a), 0);
	REQUIRE_EQ(loopback_open(&b), 0);
	prepare(5, 3);
	struct mr_send_group groups[] = { { a.sender, 2, 7 }, { b.sender, 1, 7 }, { a.sender, 2, 7 } };
	CHECK_EQ(mr_send_batch(groups, 3, messages, results), 3);
	for (int i = 0; i < 5; i++)
		CHECK_EQ(results[i], 3);
	for (int g = 0; g < 3; g++)
		CHECK_EQ(groups[g].full, 0);
	REQUIRE_EQ(loopback_settle(), 0);
	const int32_t at_a[] = { 0, 1, 3, 4, -EAGAIN }, at_b[] = { 2, -EAGAIN };
	for (int i = 0; i < 5; i++)
		CHECK_EQ(next(a.receiver), at_a[i]);
	for (int i = 0; i < 2; i++)
		CHECK_EQ(next(b.receiver), at_b[i]);
	loopback_close(&a);
	loopback_close(&b);
}

static void failure_in_the_middle_is_its_own(void)
{
	struct loopback_pair pair;

	REQUIRE_EQ(loopback_open(&pair), 0);
	prepare(4, 3);
	vectors[1].iov_len = 66000;  /* more than a datagram holds */
	CHECK_EQ(send_to_one(pair.sender, 4), 3);  /* up to the second, the second, from the third on */
	CHECK_EQ(results[0], 3);
	CHECK_EQ(results[1], -EMSGSIZE);
	CHECK_EQ(results[2], 3);
	CHECK_EQ(results[3], 3);
	loopback_close(&pair);
}

static void failures_at_both_ends_are_their_own(void)
{
	struct loopback_pair pair;

	REQUIRE_EQ(loopback_open(&pair), 0);
	prepare(3, 3);
	vectors[0].iov_len = vectors[2].iov_len = 66000;
	send_to_one(pair.sender, 3);
	CHECK_EQ(results[0], -EMSGSIZE);
	CHECK_EQ(results[1], 3);
	CHECK_EQ(results[2], -EMSGSIZE);
	loopback_close(&pair);
}

/* An ICMP error of an earlier datagram ends one later send, and only that. */
static void pending_error_ends_one_message(void)
{
	struct loopback_pair pair;
	int32_t refused = 0;

	REQUIRE_EQ(loopback_open(&pair), 0);
	REQUIRE_EQ(mr_socket_set(pair.sender, IPPROTO_IP, IP_RECVERR, 1), 0);
	close(pair.receiver);
	prepare(1, 3);
	for (int64_t end = monotonic_ns() + INT64_C(5000000000); !refused && monotonic_ns() < end;) {
		CHECK_EQ(send_to_one(pair.sender, 1), 1);
		refused = results[0] != 3;
	}
	CHECK_EQ(results[0], -ECONNREFUSED);
	close(pair.sender);
}

static void more_messages_than_one_call_takes(void)
{
	struct loopback_pair pair;

	REQUIRE_EQ(loopback_open(&pair), 0);
	prepare(MOST, 1);
	CHECK_EQ(send_to_one(pair.sender, MOST), 2);  /* UIO_MAXIOV: 1024 */
	for (int i = 0; i < MOST; i++)
		CHECK_EQ(results[i], 1);
	loopback_close(&pair);
}

static void train_counts_as_one_message_with_all_its_bytes(void)
{
	struct loopback_pair pair;

	REQUIRE_EQ(loopback_open(&pair), 0);
	REQUIRE_EQ(mr_socket_set(pair.sender, SOL_UDP, UDP_SEGMENT, 10), 0);
	prepare(1, 35);
	CHECK_EQ(send_to_one(pair.sender, 1), 1);
	CHECK_EQ(results[0], 35);
	REQUIRE_EQ(loopback_settle(), 0);
	for (int i = 0; i < 4; i++)
		CHECK(next(pair.receiver) >= 0);
	CHECK_EQ(next(pair.receiver), -EAGAIN);
	loopback_close(&pair);
}

static void full_socket_keeps_its_messages_back_and_no_other_ones(void)
{
	struct loopback_pair other;
	int ends[2];

	REQUIRE_EQ(loopback_open(&other), 0);
	REQUIRE(open_queue(ends));
	prepare(602, 1);
	struct mr_send_group groups[] = { { ends[0], 600, 7 }, { other.sender, 1, 7 }, { ends[0], 1, 7 } };
	CHECK_EQ(mr_send_batch(groups, 3, messages, results), 3);
	uint32_t sent = 0;
	while (sent < 600 && results[sent] == 1)
		sent++;
	REQUIRE_RANGE(sent, 1, 599);
	for (uint32_t i = sent; i < 600; i++)
		CHECK_EQ(results[i], -EAGAIN);
	CHECK_EQ(results[600], 1);
	CHECK_EQ(results[601], -EAGAIN);
	CHECK_EQ(groups[0].full, 1);
	CHECK_EQ(groups[1].full, 0);
	CHECK_EQ(groups[2].full, 1);
	close(ends[0]);
	close(ends[1]);
	loopback_close(&other);
}

static void bad_socket_fails_each_of_its_messages(void)
{
	struct loopback_pair pair;

	REQUIRE_EQ(loopback_open(&pair), 0);
	prepare(3, 1);
	struct mr_send_group groups[] = { { closed_fd(), 2, 0 }, { pair.sender, 1, 0 } };
	CHECK_EQ(mr_send_batch(groups, 2, messages, results), 3);
	CHECK_EQ(results[0], -EBADF);
	CHECK_EQ(results[1], -EBADF);
	CHECK_EQ(results[2], 1);
	loopback_close(&pair);
}

const struct test_case send_cases[] = {
	CASE(batch_goes_to_several_sockets_in_order),
	CASE(failure_in_the_middle_is_its_own),
	CASE(failures_at_both_ends_are_their_own),
	CASE(pending_error_ends_one_message),
	CASE(more_messages_than_one_call_takes),
	CASE(train_counts_as_one_message_with_all_its_bytes),
	CASE(full_socket_keeps_its_messages_back_and_no_other_ones),
	CASE(bad_socket_fails_each_of_its_messages),
	END_OF_CASES,
};
