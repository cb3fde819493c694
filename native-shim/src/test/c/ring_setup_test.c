/* SPDX-License-Identifier: Apache-2.0 */
/* mr_ring_setup and mr_ring_close: what a ring looks like, and what is left of it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "loopback.h"
#include "ring_driver.h"

static bool is_open(int32_t fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static bool is_mapped(uint64_t address)
{
	unsigned char resident;

	return mincore((void *)(uintptr_t)address, 1, &resident) == 0;
}

/* Fails without io_uring too: a REQUIRE_URING() stands before each use. */
static void check_refused(uint32_t sq_entries, uint32_t cq_entries, uint32_t flags, int32_t error)
{
	struct mr_ring ring;

	memset(&ring, 0xff, sizeof(ring));
	CHECK_EQ(mr_ring_setup(&ring, sq_entries, cq_entries, flags), error);
	CHECK_EQ(ring.fd, -1);
}

static void ring_setup_keeps_the_flags(void)
{
	struct mr_ring ring;

	OPEN_RING(&ring, 8, 0, SENDER_FLAGS);
	CHECK_RANGE(ring.fd, 0, INT32_MAX);
	CHECK_EQ(fcntl(ring.fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(ring.flags & SENDER_FLAGS, SENDER_FLAGS);
	CHECK(ring.features & IORING_FEAT_SINGLE_MMAP);
	CHECK(ring.features & IORING_FEAT_EXT_ARG);
	CHECK(ring.features & IORING_FEAT_NODROP);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void ring_setup_refuses_unknown_flags(void)
{
	REQUIRE_URING();
	check_refused(8, 0, 1U << 31, -EINVAL);
}

static void ring_setup_refuses_defer_taskrun_without_single_issuer(void)
{
	REQUIRE_URING();
	check_refused(8, 0, IORING_SETUP_DEFER_TASKRUN, -EINVAL);
}

static void ring_setup_refuses_sizes_out_of_range(void)
{
	REQUIRE_URING();
	check_refused(0, 0, 0, -EINVAL);
	check_refused(UINT32_MAX, 0, 0, -EINVAL);
	check_refused(64, 32, 0, -EINVAL);  /* a CQ smaller than the SQ */
}

static void ring_entries_round_up_to_powers_of_two(void)
{
	struct mr_ring ring;

	OPEN_RING(&ring, 5, 0, 0);
	CHECK_EQ(ring.sq_entries, 8);
	CHECK_EQ(ring.cq_entries, 16);
	CHECK_EQ(mr_ring_close(&ring), 0);

	OPEN_RING(&ring, 5, 100, 0);
	CHECK_EQ(ring.sq_entries, 8);
	CHECK_EQ(ring.cq_entries, 128);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void ring_has_the_cq_size_asked_for(void)
{
	struct mr_ring ring;

	OPEN_RING(&ring, 8, 1024, 0);
	CHECK_EQ(ring.sq_entries, 8);
	CHECK_EQ(ring.cq_entries, 1024);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void ring_addresses_lie_in_the_mapping(void)
{
	struct mr_ring ring;

	OPEN_RING(&ring, 64, 256, 0);
	const uint64_t words[] = { ring.sq_head, ring.sq_tail, ring.sq_flags, ring.sq_dropped,
				   ring.cq_head, ring.cq_tail, ring.cq_overflow };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		CHECK_RANGE(words[i], ring.rings_map, ring.rings_map + ring.rings_bytes - sizeof(uint32_t));
		CHECK_EQ(words[i] % sizeof(uint32_t), 0);
		CHECK_EQ(*ring_word(words[i]), 0);
		for (size_t j = 0; j < i; j++)
			CHECK(words[i] != words[j]);
	}
	CHECK_RANGE(ring.sq_array, ring.rings_map, ring.rings_map + ring.rings_bytes - 64 * sizeof(uint32_t));
	CHECK_RANGE(ring.cqes, ring.rings_map,
		    ring.rings_map + ring.rings_bytes - 256 * sizeof(struct io_uring_cqe));
	CHECK_EQ(ring.sqes_bytes, 64 * sizeof(struct io_uring_sqe));
	CHECK_EQ(mr_ring_close(&ring), 0);
}

/* The kernel's words lie at the same offsets in each ring, so a ring made without the shim tells where. */
static void ring_addresses_are_at_the_kernel_s_offsets(void)
{
	struct mr_ring ring;
	struct io_uring_params params;

	OPEN_RING(&ring, 64, 256, 0);
	memset(&params, 0, sizeof(params));
	params.flags = IORING_SETUP_CQSIZE;
	params.cq_entries = 256;
	int fd = (int)syscall(__NR_io_uring_setup, 64, &params);
	REQUIRE_RANGE(fd, 0, INT32_MAX);
	close(fd);
	CHECK_EQ(ring.sq_head - ring.rings_map, params.sq_off.head);
	CHECK_EQ(ring.sq_tail - ring.rings_map, params.sq_off.tail);
	CHECK_EQ(ring.sq_flags - ring.rings_map, params.sq_off.flags);
	CHECK_EQ(ring.sq_dropped - ring.rings_map, params.sq_off.dropped);
	CHECK_EQ(ring.sq_array - ring.rings_map, params.sq_off.array);
	CHECK_EQ(ring.cq_head - ring.rings_map, params.cq_off.head);
	CHECK_EQ(ring.cq_tail - ring.rings_map, params.cq_off.tail);
	CHECK_EQ(ring.cq_overflow - ring.rings_map, params.cq_off.overflow);
	CHECK_EQ(ring.cqes - ring.rings_map, params.cq_off.cqes);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void ring_without_sq_array_has_address_0(void)
{
	struct mr_ring ring;
	struct io_uring_cqe cqe;

	REQUIRE_URING();
	int32_t opened = mr_ring_setup(&ring, 4, 0, SENDER_FLAGS | IORING_SETUP_NO_SQARRAY);
	if (opened == -EINVAL)
		SKIP("IORING_SETUP_NO_SQARRAY is refused: EINVAL (it came with 6.6)");
	REQUIRE_EQ(opened, 0);
	CHECK_EQ(ring.sq_array, 0);
	ring_push_nop(&ring, 99);
	CHECK_EQ(ring_submit(&ring, 1, 1), 1);
	REQUIRE(ring_pop(&ring, &cqe));
	CHECK_EQ(cqe.user_data, 99);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void ring_close_leaves_neither_fd_nor_mappings(void)
{
	struct mr_ring ring;

	OPEN_RING(&ring, 64, 0, 0);
	struct mr_ring before = ring;
	CHECK(is_open(before.fd));
	CHECK(is_mapped(before.rings_map));
	CHECK(is_mapped(before.sqes));
	CHECK_EQ(mr_ring_close(&ring), 0);
	CHECK(!is_mapped(before.rings_map));
	CHECK(!is_mapped(before.sqes));
	CHECK(!is_open(before.fd));
	CHECK_EQ(ring.fd, -1);
}

static void ring_close_reports_a_closed_fd(void)
{
	struct mr_ring ring;

	OPEN_RING(&ring, 8, 0, 0);
	close(ring.fd);
	CHECK_EQ(mr_ring_close(&ring), -EBADF);
}

static void ring_close_reports_a_bad_mapping(void)
{
	struct mr_ring ring;

	OPEN_RING(&ring, 8, 0, 0);
	struct mr_ring bad = ring;
	bad.rings_map++;  /* not at a page */
	CHECK_EQ(mr_ring_close(&bad), -EINVAL);
	CHECK(!is_open(ring.fd));
	CHECK_EQ(munmap((void *)(uintptr_t)ring.rings_map, ring.rings_bytes), 0);
}

/* No stdio here: between the change of the limit and its end, nothing may allocate. */
static uint64_t mapped_pages(void)
{
	char text[100] = "";
	uint64_t pages = 0;
	int fd = open("/proc/self/statm", O_RDONLY);

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
		for (const char *digit = text; *digit >= '0' && *digit <= '9'; digit++)
			pages = pages * 10 + (uint64_t)(*digit - '0');
	close(fd);
	return pages;
}

/* Sets up a ring, one page for its queues and one for its SQEs, while only `pages` more may be mapped. */
static void check_setup_with_pages_left(uint64_t pages)
{
	struct mr_ring ring;
	struct rlimit old, low;
	int32_t free_fd = closed_fd();
	uint64_t mapped = mapped_pages();

	getrlimit(RLIMIT_AS, &old);
	low = old;
	low.rlim_cur = (mapped + pages) * (uint64_t)sysconf(_SC_PAGESIZE);
	setrlimit(RLIMIT_AS, &low);
	int32_t result = mr_ring_setup(&ring, 64, 0, 0);
	uint64_t mapped_after = mapped_pages();
	setrlimit(RLIMIT_AS, &old);

	CHECK_EQ(result, -ENOMEM);
	CHECK_EQ(ring.fd, -1);
	CHECK_EQ(mapped_after, mapped);
	CHECK(!is_open(free_fd));
}

static void ring_setup_undoes_all_when_mapping_fails(void)
{
	REQUIRE_URING();
	if (!mapped_pages())
		SKIP("/proc/self/statm can't be read");
	check_setup_with_pages_left(0);
	check_setup_with_pages_left(1);
}

static void ring_setup_reports_emfile(void)
{
	struct rlimit old, none;
	struct mr_ring ring;

	REQUIRE_URING();
	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	int32_t result = mr_ring_setup(&ring, 8, 0, 0);
	setrlimit(RLIMIT_NOFILE, &old);
	CHECK_EQ(result, -EMFILE);
	CHECK_EQ(ring.fd, -1);
}

const struct test_case ring_setup_cases[] = {
	CASE(ring_setup_keeps_the_flags),
	CASE(ring_setup_refuses_unknown_flags),
	CASE(ring_setup_refuses_defer_taskrun_without_single_issuer),
	CASE(ring_setup_refuses_sizes_out_of_range),
	CASE(ring_setup_undoes_all_when_mapping_fails),
	CASE(ring_setup_reports_emfile),
	CASE(ring_entries_round_up_to_powers_of_two),
	CASE(ring_has_the_cq_size_asked_for),
	CASE(ring_addresses_lie_in_the_mapping),
	CASE(ring_addresses_are_at_the_kernel_s_offsets),
	CASE(ring_without_sq_array_has_address_0),
	CASE(ring_close_leaves_neither_fd_nor_mappings),
	CASE(ring_close_reports_a_closed_fd),
	CASE(ring_close_reports_a_bad_mapping),
	END_OF_CASES,
};
