/* SPDX-License-Identifier: Apache-2.0 */
/* mr_receive_batch. Slots, scratch and results lie on the heap with exactly their sizes: ASan sees each byte beyond. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "loopback.h"

#define MILLISECOND_NS INT64_C(1000000)

struct batch {
	uint32_t slot_bytes, count;
	uint8_t *slots;
	void *scratch;
	struct mr_received *received;
};

static struct batch batch_of(uint32_t count, uint32_t slot_bytes)
{
	size_t scratch_bytes = (size_t)mr_receive_scratch_bytes(count);
	struct batch batch = { slot_bytes, count, malloc((size_t)count * slot_bytes), malloc(scratch_bytes),
			       malloc(count * sizeof(struct mr_received)) };

	/* Nothing may depend on what was there before. */
	memset(batch.slots, 0xee, (size_t)count * slot_bytes);
	memset(batch.scratch, 0xee, scratch_bytes);
	memset(batch.received, 0xee, count * sizeof(struct mr_received));
	return batch;
}

static void batch_free(struct batch *batch)
{
	free(batch->slots);
	free(batch->scratch);
	free(batch->received);
}

static int32_t batch_receive(struct batch *batch, int32_t fd)
{
	return mr_receive_batch(fd, batch->slots, batch->slot_bytes, batch->count, batch->scratch, batch->received);
}

static const uint8_t *slot(const struct batch *batch, int i)
{
	return batch->slots + (size_t)i * batch->slot_bytes;
}

/* A datagram whose bytes are all `fill`. */
static void send_filled(const struct loopback_pair *pair, uint8_t fill, uint32_t bytes)
{
	uint8_t payload[2000];

	memset(payload, fill, sizeof(payload));
	CHECK_EQ(mr_socket_send(pair->sender, payload, bytes), bytes);
}

static void receive_keeps_count_sizes_and_order(void)
{
	static const uint32_t sizes[] = { 1, 700, 0, 1400, 64 };
	enum { SENT = 5 };
	struct loopback_pair pair;
	struct batch batch = batch_of(8, 1400);

	REQUIRE_EQ(loopback_open(&pair), 0);
	for (int i = 0; i < SENT; i++)
		send_filled(&pair, (uint8_t)(i + 1), sizes[i]);
	REQUIRE_EQ(loopback_settle(), 0);
	REQUIRE_EQ(batch_receive(&batch, pair.receiver), SENT);
	for (int i = 0; i < SENT; i++) {
		CHECK_EQ(batch.received[i].bytes, sizes[i]);
		CHECK_EQ(batch.received[i].truncated, 0);
		for (uint32_t at = 0; at < 1400; at++)
			if (!CHECK_EQ(slot(&batch, i)[at], at < sizes[i] ? i + 1 : 0xee))
				break;
	}
	batch_free(&batch);
	loopback_close(&pair);
}

static void receive_takes_no_more_than_asked_for(void)
{
	struct loopback_pair pair;
	struct batch batch = batch_of(3, 100);

	REQUIRE_EQ(loopback_open(&pair), 0);
	for (int i = 0; i < 5; i++)
		send_filled(&pair, (uint8_t)(i + 1), 10);
	REQUIRE_EQ(loopback_settle(), 0);
	CHECK_EQ(batch_receive(&batch, pair.receiver), 3);
	CHECK_EQ(slot(&batch, 2)[0], 3);
	CHECK_EQ(batch_receive(&batch, pair.receiver), 2);
	CHECK_EQ(slot(&batch, 0)[0], 4);
	CHECK_EQ(slot(&batch, 1)[0], 5);
	batch_free(&batch);
	loopback_close(&pair);
}

static void receive_does_not_wait_for_a_full_batch(void)
{
	struct loopback_pair pair;
	struct batch batch = batch_of(4, 100);

	REQUIRE_EQ(loopback_open(&pair), 0);
	send_filled(&pair, 1, 10);
	REQUIRE_EQ(loopback_settle(), 0);
	int64_t start = monotonic_ns();
	CHECK_EQ(batch_receive(&batch, pair.receiver), 1);
	CHECK_RANGE(monotonic_ns() - start, 0, 4000 * MILLISECOND_NS);  /* the socket's timeout is 5 s */
	batch_free(&batch);
	loopback_close(&pair);
}

static void receive_flags_what_was_cut_off(void)
{
	struct loopback_pair pair;
	struct batch batch = batch_of(3, 16);

	REQUIRE_EQ(loopback_open(&pair), 0);
	send_filled(&pair, 1, 16);
	send_filled(&pair, 2, 17);
	send_filled(&pair, 3, 15);
	REQUIRE_EQ(loopback_settle(), 0);
	REQUIRE_EQ(batch_receive(&batch, pair.receiver), 3);
	CHECK_EQ(batch.received[0].bytes, 16);
	CHECK_EQ(batch.received[0].truncated, 0);
	CHECK_EQ(batch.received[1].bytes, 16);
	CHECK_EQ(batch.received[1].truncated, 1);
	CHECK_EQ(batch.received[2].bytes, 15);
	CHECK_EQ(batch.received[2].truncated, 0);
	CHECK_EQ(slot(&batch, 2)[0], 3);
	batch_free(&batch);
	loopback_close(&pair);
}

static void receive_gives_kernel_times_when_asked_to(void)
{
	struct loopback_pair pair;
	struct batch batch = batch_of(4, 100);

	REQUIRE_EQ(loopback_open(&pair), 0);
	REQUIRE_EQ(mr_socket_set(pair.receiver, SOL_SOCKET, SO_TIMESTAMPNS, 1), 0);
	int64_t before = mr_realtime_ns();
	for (int i = 0; i < 4; i++)
		send_filled(&pair, 1, 10);
	REQUIRE_EQ(loopback_settle(), 0);
	REQUIRE_EQ(batch_receive(&batch, pair.receiver), 4);
	int64_t after = mr_realtime_ns();
	for (int i = 0; i < 4; i++)
		CHECK_RANGE(batch.received[i].time_ns, before, after);
	batch_free(&batch);
	loopback_close(&pair);
}

static void receive_gives_time_0_when_not_asked_to(void)
{
	struct loopback_pair pair;
	struct batch batch = batch_of(2, 100);

	REQUIRE_EQ(loopback_open(&pair), 0);
	send_filled(&pair, 1, 10);
	send_filled(&pair, 2, 10);
	REQUIRE_EQ(loopback_settle(), 0);
	REQUIRE_EQ(batch_receive(&batch, pair.receiver), 2);
	CHECK_EQ(batch.received[0].time_ns, 0);
	CHECK_EQ(batch.received[1].time_ns, 0);
	batch_free(&batch);
	loopback_close(&pair);
}

static void receive_gives_times_beside_other_control_data(void)
{
	struct loopback_pair pair;
	struct batch batch = batch_of(1, 100);

	REQUIRE_EQ(loopback_open(&pair), 0);
	REQUIRE_EQ(mr_socket_set(pair.receiver, SOL_SOCKET, SO_TIMESTAMPNS, 1), 0);
	REQUIRE_EQ(mr_socket_set(pair.receiver, SOL_SOCKET, SO_RXQ_OVFL, 1), 0);
	/* A drop count comes only after drops: fill the smallest receive buffer, empty it, and send one more. */
	REQUIRE_EQ(mr_socket_set(pair.receiver, SOL_SOCKET, SO_RCVBUF, 1), 0);
	for (int i = 0; i < 100; i++)
		send_filled(&pair, 1, 1000);
	REQUIRE_EQ(loopback_settle(), 0);
	REQUIRE_EQ(mr_receive_timeout(pair.receiver, MILLISECOND_NS), 0);
	while (batch_receive(&batch, pair.receiver) == 1)
		CHECK(batch.received[0].time_ns > 0);
	send_filled(&pair, 2, 10);
	REQUIRE_EQ(loopback_settle(), 0);
	REQUIRE_EQ(batch_receive(&batch, pair.receiver), 1);
	CHECK_EQ(batch.received[0].bytes, 10);
	CHECK_RANGE(batch.received[0].time_ns, mr_realtime_ns() - 60000 * MILLISECOND_NS, mr_realtime_ns());
	batch_free(&batch);
	loopback_close(&pair);
}

static void receive_times_out(void)
{
	struct loopback_pair pair;
	struct batch batch = batch_of(2, 100);

	REQUIRE_EQ(loopback_open(&pair), 0);
	REQUIRE_EQ(mr_receive_timeout(pair.receiver, 30 * MILLISECOND_NS), 0);
	int64_t start = monotonic_ns();
	CHECK_EQ(batch_receive(&batch, pair.receiver), -EAGAIN);
	/* The kernel counts in its ticks: up to 10 ms, of which the first has begun already. */
	CHECK_RANGE(monotonic_ns() - start, 20 * MILLISECOND_NS, 5000 * MILLISECOND_NS);
	batch_free(&batch);
	loopback_close(&pair);
}

/* As the kernel has it, in microseconds; 0: without limit. */
static int64_t timeout_of(int32_t fd)
{
	struct timeval timeout;
	socklen_t length = sizeof(timeout);

	if (getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, &length) < 0)
		return -errno;
	return (int64_t)timeout.tv_sec * 1000000 + timeout.tv_usec;
}

static void receive_timeout_keeps_seconds_and_fractions(void)
{
	struct loopback_pair pair;

	REQUIRE_EQ(loopback_open(&pair), 0);
	CHECK_EQ(mr_receive_timeout(pair.receiver, 2500 * MILLISECOND_NS), 0);
	CHECK_RANGE(timeout_of(pair.receiver), 2500000, 2510000);  /* rounded up to a tick */
	CHECK_EQ(mr_receive_timeout(pair.receiver, 0), 0);
	CHECK_EQ(timeout_of(pair.receiver), 0);
	loopback_close(&pair);
}

/* A timeval of 0 means forever: less than a microsecond must not become that. */
static void receive_timeout_of_a_nanosecond_is_not_forever(void)
{
	struct loopback_pair pair;

	REQUIRE_EQ(loopback_open(&pair), 0);
	CHECK_EQ(mr_receive_timeout(pair.receiver, 1), 0);
	CHECK_RANGE(timeout_of(pair.receiver), 1, 10000);
	CHECK_EQ(mr_receive_timeout(pair.receiver, 999999999), 0);
	CHECK_RANGE(timeout_of(pair.receiver), 1000000, 1010000);
	loopback_close(&pair);
}

static void receive_reports_interruption(void)
{
	struct loopback_pair pair;
	struct batch batch = batch_of(2, 100);

	REQUIRE_EQ(loopback_open(&pair), 0);
	interrupt_often(true);
	int32_t result = batch_receive(&batch, pair.receiver);
	interrupt_often(false);
	CHECK_EQ(result, -EINTR);
	batch_free(&batch);
	loopback_close(&pair);
}

static void receive_reports_bad_descriptors(void)
{
	struct batch batch = batch_of(2, 100);
	int32_t event = mr_eventfd();

	CHECK_EQ(batch_receive(&batch, closed_fd()), -EBADF);
	CHECK_EQ(mr_receive_timeout(closed_fd(), MILLISECOND_NS), -EBADF);
	CHECK_EQ(batch_receive(&batch, event), -ENOTSOCK);
	CHECK_EQ(mr_receive_timeout(event, MILLISECOND_NS), -ENOTSOCK);
	CHECK_EQ(mr_close(event), 0);
	batch_free(&batch);
}

static void receive_scratch_is_enough_for_large_batches(void)
{
	enum { COUNT = 1024 };
	struct loopback_pair pair;
	struct batch batch = batch_of(COUNT, 8);

	REQUIRE_EQ(loopback_open(&pair), 0);
	REQUIRE_EQ(mr_socket_set(pair.receiver, SOL_SOCKET, SO_TIMESTAMPNS, 1), 0);
	CHECK_EQ(mr_receive_scratch_bytes(0), 0);
	CHECK_EQ(mr_receive_scratch_bytes(COUNT), COUNT * mr_receive_scratch_bytes(1));
	/* All headers are filled in, however few datagrams come. */
	send_filled(&pair, 9, 8);
	REQUIRE_EQ(loopback_settle(), 0);
	CHECK_EQ(batch_receive(&batch, pair.receiver), 1);
	CHECK_EQ(slot(&batch, 0)[7], 9);
	batch_free(&batch);
	loopback_close(&pair);
}

static void receive_scratch_is_enough_for_a_full_batch(void)
{
	enum { COUNT = 64 };
	struct loopback_pair pair;
	struct batch batch = batch_of(COUNT, 8);

	REQUIRE_EQ(loopback_open(&pair), 0);
	REQUIRE_EQ(mr_socket_set(pair.receiver, SOL_SOCKET, SO_TIMESTAMPNS, 1), 0);
	for (int i = 0; i < COUNT; i++)
		send_filled(&pair, (uint8_t)i, 8);
	REQUIRE_EQ(loopback_settle(), 0);
	REQUIRE_EQ(batch_receive(&batch, pair.receiver), COUNT);
	CHECK_EQ(slot(&batch, COUNT - 1)[7], COUNT - 1);
	CHECK(batch.received[COUNT - 1].time_ns > 0);
	batch_free(&batch);
	loopback_close(&pair);
}

const struct test_case receive_cases[] = {
	CASE(receive_keeps_count_sizes_and_order),
	CASE(receive_takes_no_more_than_asked_for),
	CASE(receive_does_not_wait_for_a_full_batch),
	CASE(receive_flags_what_was_cut_off),
	CASE(receive_gives_kernel_times_when_asked_to),
	CASE(receive_gives_time_0_when_not_asked_to),
	CASE(receive_gives_times_beside_other_control_data),
	CASE(receive_times_out),
	CASE(receive_timeout_keeps_seconds_and_fractions),
	CASE(receive_timeout_of_a_nanosecond_is_not_forever),
	CASE(receive_reports_interruption),
	CASE(receive_reports_bad_descriptors),
	CASE(receive_scratch_is_enough_for_large_batches),
	CASE(receive_scratch_is_enough_for_a_full_batch),
	END_OF_CASES,
};
