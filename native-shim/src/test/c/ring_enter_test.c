/* SPDX-License-Identifier: Apache-2.0 */
/* mr_ring_enter, and the ring's words as the kernel and we see them. */
#define _GNU_SOURCE
#include <pthread.h>
#include <unistd.h>

#include "loopback.h"
#include "ring_driver.h"

static void nop_completes_through_the_mapped_ring(void)
{
	struct mr_ring ring;
	struct io_uring_cqe cqe;

	OPEN_RING(&ring, 8, 0, SENDER_FLAGS);
	ring_push_nop(&ring, UINT64_C(0x123456789abcdef0));
	CHECK_EQ(*ring_word(ring.sq_head), 0);
	CHECK_EQ(ring_submit(&ring, 1, 1), 1);
	/* Acquire: partner of the kernel's release of sq_head, after which the sqe is ours again. */
	CHECK_EQ(__atomic_load_n(ring_word(ring.sq_head), __ATOMIC_ACQUIRE), 1);
	REQUIRE(ring_pop(&ring, &cqe));
	CHECK_EQ(cqe.user_data, UINT64_C(0x123456789abcdef0));
	CHECK_EQ(cqe.res, 0);
	CHECK_EQ(cqe.flags, 0);
	CHECK(!ring_pop(&ring, &cqe));
	CHECK_EQ(*ring_word(ring.cq_overflow), 0);
	CHECK_EQ(*ring_word(ring.sq_dropped), 0);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void nops_complete_in_order_around_the_end_of_the_rings(void)
{
	struct mr_ring ring;
	struct io_uring_cqe cqe;
	uint64_t pushed = 0, popped = 0;

	OPEN_RING(&ring, 4, 8, SENDER_FLAGS);
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 3; i++)
			ring_push_nop(&ring, pushed++);
		REQUIRE_EQ(ring_submit(&ring, 3, 3), 3);
		while (ring_pop(&ring, &cqe))
			CHECK_EQ(cqe.user_data, popped++);
		REQUIRE_EQ(popped, pushed);
	}
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void enter_times_out_after_about_the_time(void)
{
	struct mr_ring ring;
	const int64_t timeout_ns = 30 * 1000 * 1000;

	OPEN_RING(&ring, 8, 0, SENDER_FLAGS);
	int64_t start = monotonic_ns();
	CHECK_EQ(mr_ring_enter(ring.fd, 0, 1, IORING_ENTER_GETEVENTS, timeout_ns), -ETIME);
	/* Not early; late as a loaded machine may be. */
	CHECK_RANGE(monotonic_ns() - start, timeout_ns, timeout_ns + 5 * SECOND_NS);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void enter_with_timeout_0_only_looks(void)
{
	struct mr_ring ring;

	OPEN_RING(&ring, 8, 0, SENDER_FLAGS);
	int64_t start = monotonic_ns();
	CHECK_EQ(mr_ring_enter(ring.fd, 0, 1, IORING_ENTER_GETEVENTS, 0), -ETIME);
	CHECK_RANGE(monotonic_ns() - start, 0, 5 * SECOND_NS);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void enter_adds_seconds_and_nanoseconds_up(void)
{
	struct mr_ring ring;
	const int64_t timeout_ns = SECOND_NS + 100 * 1000 * 1000;
	int64_t waited_ns = INT64_MAX;

	OPEN_RING(&ring, 8, 0, SENDER_FLAGS);
	/* The error to find is a second more; a loaded machine may be that late once, but hardly three times. */
	for (int i = 0; i < 3 && waited_ns >= 2 * SECOND_NS; i++) {
		int64_t start = monotonic_ns();
		CHECK_EQ(mr_ring_enter(ring.fd, 0, 1, IORING_ENTER_GETEVENTS, timeout_ns), -ETIME);
		waited_ns = monotonic_ns() - start;
	}
	CHECK_RANGE(waited_ns, timeout_ns, 2 * SECOND_NS);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void enter_returns_at_once_when_the_requests_are_done(void)
{
	struct mr_ring ring;

	OPEN_RING(&ring, 8, 0, SENDER_FLAGS);
	ring_push_nop(&ring, 1);
	int64_t start = monotonic_ns();
	CHECK_EQ(mr_ring_enter(ring.fd, 1, 1, IORING_ENTER_GETEVENTS, 30 * SECOND_NS), 1);
	CHECK_RANGE(monotonic_ns() - start, 0, 20 * SECOND_NS);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void enter_without_limit_waits_for_the_completion(void)
{
	struct mr_ring ring;

	OPEN_RING(&ring, 8, 0, SENDER_FLAGS);
	CHECK_EQ(mr_ring_enter(ring.fd, 0, 0, IORING_ENTER_GETEVENTS, -1), 0);
	ring_push_nop(&ring, 1);
	ring_push_nop(&ring, 2);
	CHECK_EQ(mr_ring_enter(ring.fd, 2, 2, IORING_ENTER_GETEVENTS, -1), 2);
	CHECK_EQ(ring_completed(&ring), 2);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void enter_reports_interruption(void)
{
	struct mr_ring ring;

	OPEN_RING(&ring, 8, 0, SENDER_FLAGS);
	interrupt_often(true);
	int32_t without_limit = mr_ring_enter(ring.fd, 0, 1, IORING_ENTER_GETEVENTS, -1);
	int32_t with_limit = mr_ring_enter(ring.fd, 0, 1, IORING_ENTER_GETEVENTS, 60 * SECOND_NS);
	interrupt_often(false);
	CHECK_EQ(without_limit, -EINTR);
	CHECK_EQ(with_limit, -EINTR);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void enter_refuses_bad_arguments(void)
{
	struct mr_ring ring;

	OPEN_RING(&ring, 8, 0, SENDER_FLAGS);
	CHECK_EQ(mr_ring_enter(ring.fd, 0, 0, 1U << 31, -1), -EINVAL);
	CHECK_EQ(mr_ring_enter(ring.fd, 0, 0, 1U << 31, 0), -EINVAL);
	CHECK_EQ(mr_ring_enter(closed_fd(), 0, 0, 0, -1), -EBADF);
	CHECK_EQ(mr_ring_enter(STDERR_FILENO, 0, 0, 0, -1), -EOPNOTSUPP);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void disabled_ring_must_be_enabled_before_enter(void)
{
	struct mr_ring ring;
	struct io_uring_cqe cqe;

	OPEN_RING(&ring, 8, 0, SENDER_FLAGS | IORING_SETUP_R_DISABLED);
	ring_push_nop(&ring, 7);
	CHECK_EQ(ring_submit(&ring, 1, 1), -EBADFD);
	CHECK_EQ(mr_ring_register(ring.fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0), 0);
	CHECK_EQ(ring_submit(&ring, 1, 1), 1);
	REQUIRE(ring_pop(&ring, &cqe));
	CHECK_EQ(cqe.user_data, 7);
	CHECK_EQ(mr_ring_register(ring.fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0), -EBADFD);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void *enable_and_use(void *argument)
{
	const struct mr_ring *ring = argument;

	CHECK_EQ(mr_ring_register(ring->fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0), 0);
	ring_push_nop(ring, 1);
	CHECK_EQ(ring_submit(ring, 1, 1), 1);
	return NULL;
}

/* One thread makes all rings, and each sender thread takes over its own by enabling it. */
static void disabled_ring_belongs_to_the_thread_that_enables_it(void)
{
	struct mr_ring ring;
	pthread_t thread;

	OPEN_RING(&ring, 8, 0, SENDER_FLAGS | IORING_SETUP_R_DISABLED);
	REQUIRE_EQ(pthread_create(&thread, NULL, enable_and_use, &ring), 0);
	pthread_join(thread, NULL);
	CHECK_EQ(ring_completed(&ring), 1);
	ring_push_nop(&ring, 2);
	CHECK_EQ(ring_submit(&ring, 1, 1), -EEXIST);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void sq_flags_tell_of_a_full_cq(void)
{
	struct mr_ring ring;
	struct io_uring_cqe cqe;
	uint64_t popped = 0;

	OPEN_RING(&ring, 4, 4, SENDER_FLAGS);
	for (uint64_t i = 0; i < 4; i++)
		ring_push_nop(&ring, i);
	CHECK_EQ(ring_submit(&ring, 4, 4), 4);
	CHECK_EQ(*ring_word(ring.sq_flags) & IORING_SQ_CQ_OVERFLOW, 0);
	ring_push_nop(&ring, 4);
	CHECK_EQ(ring_submit(&ring, 1, 0), 1);
	CHECK(__atomic_load_n(ring_word(ring.sq_flags), __ATOMIC_RELAXED) & IORING_SQ_CQ_OVERFLOW);
	while (ring_pop(&ring, &cqe))
		CHECK_EQ(cqe.user_data, popped++);
	CHECK_EQ(popped, 4);
	/* The kernel kept the fifth (FEAT_NODROP) and hands it over at the next enter. */
	CHECK_EQ(ring_submit(&ring, 0, 1), 0);
	CHECK_EQ(__atomic_load_n(ring_word(ring.sq_flags), __ATOMIC_RELAXED) & IORING_SQ_CQ_OVERFLOW, 0);
	REQUIRE(ring_pop(&ring, &cqe));
	CHECK_EQ(cqe.user_data, 4);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void sq_dropped_counts_bad_indices(void)
{
	struct mr_ring ring;

	OPEN_RING(&ring, 4, 0, SENDER_FLAGS);
	ring_push_nop(&ring, 1);
	ring_word(ring.sq_array)[0] = 4;  /* past the last sqe */
	CHECK_EQ(ring_submit(&ring, 1, 0), 0);
	CHECK_EQ(*ring_word(ring.sq_dropped), 1);
	CHECK_EQ(ring_completed(&ring), 0);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void read_of_an_eventfd_waits_for_the_signal(void)
{
	struct mr_ring ring;
	struct io_uring_sqe sqe;
	struct io_uring_cqe cqe;
	uint64_t counter = 0;

	OPEN_RING(&ring, 4, 0, SENDER_FLAGS);
	int32_t fd = mr_eventfd();
	REQUIRE_RANGE(fd, 0, INT32_MAX);
	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = IORING_OP_READ;
	sqe.fd = fd;
	sqe.addr = (uint64_t)(uintptr_t)&counter;
	sqe.len = sizeof(counter);
	ring_push(&ring, &sqe);
	CHECK_EQ(mr_ring_enter(ring.fd, 1, 0, 0, -1), 1);
	/* The descriptor is nonblocking, and still the read must wait instead of ending with EAGAIN. */
	CHECK_EQ(mr_ring_enter(ring.fd, 0, 1, IORING_ENTER_GETEVENTS, 10 * 1000 * 1000), -ETIME);
	CHECK_EQ(mr_eventfd_signal(fd), 0);
	CHECK_EQ(ring_submit(&ring, 0, 1), 0);
	REQUIRE(ring_pop(&ring, &cqe));
	CHECK_EQ(cqe.res, sizeof(counter));
	CHECK_EQ(counter, 1);
	CHECK_EQ(mr_ring_close(&ring), 0);
	CHECK_EQ(mr_close(fd), 0);
}

const struct test_case ring_enter_cases[] = {
	CASE(nop_completes_through_the_mapped_ring),
	CASE(nops_complete_in_order_around_the_end_of_the_rings),
	CASE(enter_times_out_after_about_the_time),
	CASE(enter_with_timeout_0_only_looks),
	CASE(enter_adds_seconds_and_nanoseconds_up),
	CASE(enter_returns_at_once_when_the_requests_are_done),
	CASE(enter_without_limit_waits_for_the_completion),
	CASE(enter_reports_interruption),
	CASE(enter_refuses_bad_arguments),
	CASE(disabled_ring_must_be_enabled_before_enter),
	CASE(disabled_ring_belongs_to_the_thread_that_enables_it),
	CASE(sq_flags_tell_of_a_full_cq),
	CASE(sq_dropped_counts_bad_indices),
	CASE(read_of_an_eventfd_waits_for_the_signal),
	END_OF_CASES,
};
