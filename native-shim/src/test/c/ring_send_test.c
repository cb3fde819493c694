/* SPDX-License-Identifier: Apache-2.0 */
/* One zero-copy send as the sender makes it: registered socket, registered buffer, over loopback to ourselves. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <sys/utsname.h>

#include "loopback.h"
#include "ring_driver.h"

enum { PAYLOAD_BYTES = 1000, PAYLOAD_OFFSET = 128 };

struct zero_copy_send {
	struct mr_ring ring;
	struct loopback_pair pair;
	uint8_t slab[4096];
};

static uint8_t payload_byte(int i)
{
	return (uint8_t)(i * 7 + 1);
}

#define OPEN_SEND(send) \
	do { \
		OPEN_RING(&(send)->ring, 8, 16, SENDER_FLAGS); \
		REQUIRE_EQ(loopback_open(&(send)->pair), 0); \
		struct iovec buffer = { (send)->slab, sizeof((send)->slab) }; \
		REQUIRE_EQ(mr_ring_register((send)->ring.fd, IORING_REGISTER_BUFFERS, &buffer, 1), 0); \
		REQUIRE_EQ(mr_ring_register((send)->ring.fd, IORING_REGISTER_FILES, &(send)->pair.sender, 1), 0); \
		for (int i = 0; i < PAYLOAD_BYTES; i++) \
			(send)->slab[PAYLOAD_OFFSET + i] = payload_byte(i); \
	} while (0)

static void close_send(struct zero_copy_send *send)
{
	CHECK_EQ(mr_ring_close(&send->ring), 0);
	loopback_close(&send->pair);
}

/* Sends the payload and takes completions up to the one without F_MORE that ends the request; returns how many. */
static int send_payload(struct zero_copy_send *send, int32_t file, uint16_t more_flags, struct io_uring_cqe cqes[2])
{
	struct io_uring_sqe sqe;
	int count = 0;

	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = IORING_OP_SEND_ZC;
	sqe.flags = IOSQE_FIXED_FILE;
	sqe.ioprio = (uint16_t)(IORING_RECVSEND_FIXED_BUF | more_flags);
	sqe.fd = file;
	sqe.addr = (uint64_t)(uintptr_t)(send->slab + PAYLOAD_OFFSET);
	sqe.len = PAYLOAD_BYTES;
	sqe.buf_index = 0;
	sqe.user_data = 42;
	ring_push(&send->ring, &sqe);
	if (!CHECK_EQ(ring_submit(&send->ring, 1, 1), 1))
		return 0;
	do {
		if (!ring_completed(&send->ring) && !CHECK_EQ(ring_submit(&send->ring, 0, 1), 0))
			return count;
		if (!CHECK(ring_pop(&send->ring, &cqes[count])))
			return count;
		CHECK_EQ(cqes[count].user_data, 42);
	} while (cqes[count++].flags & IORING_CQE_F_MORE && count < 2);
	CHECK_EQ(cqes[count - 1].flags & IORING_CQE_F_MORE, 0);
	/* Nothing comes after it. */
	CHECK_EQ(mr_ring_enter(send->ring.fd, 0, 1, IORING_ENTER_GETEVENTS, 10 * 1000 * 1000), -ETIME);
	CHECK_EQ(ring_completed(&send->ring), 0);
	return count;
}

static void check_payload_received(struct zero_copy_send *send)
{
	uint8_t slot[2048];
	struct mr_received received;
	void *scratch = malloc((size_t)mr_receive_scratch_bytes(1));

	if (CHECK_EQ(mr_receive_batch(send->pair.receiver, slot, sizeof(slot), 1, scratch, &received), 1)) {
		CHECK_EQ(received.bytes, PAYLOAD_BYTES);
		for (int i = 0; i < PAYLOAD_BYTES; i++)
			if (!CHECK_EQ(slot[i], payload_byte(i)))
				break;
	}
	free(scratch);
}

static void send_zc_completes_twice(void)
{
	struct zero_copy_send send;
	struct io_uring_cqe cqes[2];

	OPEN_SEND(&send);
	REQUIRE_EQ(send_payload(&send, 0, 0, cqes), 2);
	CHECK_EQ(cqes[0].res, PAYLOAD_BYTES);
	CHECK_EQ(cqes[0].flags, IORING_CQE_F_MORE);
	CHECK_EQ(cqes[1].res, 0);
	CHECK_EQ(cqes[1].flags, IORING_CQE_F_NOTIF);
	check_payload_received(&send);
	close_send(&send);
}

/* Bit 4 below 6.10, where mainline gave it to IORING_RECVSEND_BUNDLE, and bit 15 from then on (KERNEL.md). */
static uint16_t combine_flag(void)
{
	struct utsname kernel;
	int major = 0, minor = 0;

	uname(&kernel);
	sscanf(kernel.release, "%d.%d", &major, &minor);
	return (uint16_t)(1U << (major * 1000 + minor < 6010 ? 4 : 15));
}

static void combined_send_zc_completes_once(void)
{
	struct zero_copy_send send;
	struct io_uring_cqe cqes[2];

	OPEN_SEND(&send);
	int count = send_payload(&send, 0, combine_flag(), cqes);
	REQUIRE_RANGE(count, 1, 2);
	if (count == 2) {
		CHECK_EQ(cqes[0].res, -EINVAL);
		CHECK_EQ(cqes[0].flags, IORING_CQE_F_MORE);
		CHECK_EQ(cqes[1].res, 0);
		CHECK_EQ(cqes[1].flags, IORING_CQE_F_NOTIF);
		close_send(&send);
		SKIP("this kernel has no combined mode: send flag %#x gives (EINVAL, MORE)(0, NOTIF)", combine_flag());
	}
	CHECK_EQ(cqes[0].res, PAYLOAD_BYTES);
	CHECK_EQ(cqes[0].flags, IORING_CQE_F_NOTIF);
	check_payload_received(&send);
	close_send(&send);
}

static void send_zc_to_an_unregistered_file_fails(void)
{
	struct zero_copy_send send;
	struct io_uring_cqe cqes[2];

	OPEN_SEND(&send);
	int count = send_payload(&send, 1, 0, cqes);
	REQUIRE_RANGE(count, 1, 2);
	CHECK_EQ(cqes[0].res, -EBADF);
	close_send(&send);
}

const struct test_case ring_send_cases[] = {
	CASE(send_zc_completes_twice),
	CASE(combined_send_zc_completes_once),
	CASE(send_zc_to_an_unregistered_file_fails),
	END_OF_CASES,
};
