/* SPDX-License-Identifier: Apache-2.0 */
/* mr_ring_register and mr_ring_supports. */
#define _GNU_SOURCE
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "loopback.h"
#include "ring_driver.h"

static void buffers_register_once(void)
{
	struct mr_ring ring;
	static uint8_t memory[2][4096];
	struct iovec buffers[2] = { { memory[0], 4096 }, { memory[1], 4096 } };

	OPEN_RING(&ring, 8, 0, SENDER_FLAGS);
	CHECK_EQ(mr_ring_register(ring.fd, IORING_REGISTER_BUFFERS, buffers, 2), 0);
	CHECK_EQ(mr_ring_register(ring.fd, IORING_REGISTER_BUFFERS, buffers, 2), -EBUSY);
	CHECK_EQ(mr_ring_register(ring.fd, IORING_UNREGISTER_BUFFERS, NULL, 0), 0);
	CHECK_EQ(mr_ring_register(ring.fd, IORING_UNREGISTER_BUFFERS, NULL, 0), -ENXIO);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void buffers_must_be_mapped(void)
{
	struct mr_ring ring;
	uint64_t gone;
	const uint64_t bytes = (uint64_t)sysconf(_SC_PAGESIZE);

	OPEN_RING(&ring, 8, 0, SENDER_FLAGS);
	REQUIRE_EQ(mr_memory_map(bytes, MR_PAGES_NORMAL, &gone), 0);
	REQUIRE_EQ(mr_memory_unmap(gone, bytes), 0);
	struct iovec buffer = { (void *)(uintptr_t)gone, bytes };
	CHECK_EQ(mr_ring_register(ring.fd, IORING_REGISTER_BUFFERS, &buffer, 1), -EFAULT);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void files_register_once_and_must_be_open(void)
{
	struct mr_ring ring;

	OPEN_RING(&ring, 8, 0, SENDER_FLAGS);
	int32_t fd = mr_udp_socket(AF_INET);
	REQUIRE_RANGE(fd, 0, INT32_MAX);
	int32_t bad = closed_fd();
	CHECK_EQ(mr_ring_register(ring.fd, IORING_REGISTER_FILES, &bad, 1), -EBADF);
	CHECK_EQ(mr_ring_register(ring.fd, IORING_REGISTER_FILES, &fd, 1), 0);
	CHECK_EQ(mr_ring_register(ring.fd, IORING_REGISTER_FILES, &fd, 1), -EBUSY);
	CHECK_EQ(mr_close(fd), 0);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void register_refuses_bad_arguments(void)
{
	struct mr_ring ring;

	OPEN_RING(&ring, 8, 0, SENDER_FLAGS);
	CHECK_EQ(mr_ring_register(ring.fd, 0x7fff, NULL, 0), -EINVAL);
	CHECK_EQ(mr_ring_register(ring.fd, IORING_REGISTER_BUFFERS, NULL, 1), -EFAULT);
	CHECK_EQ(mr_ring_register(closed_fd(), IORING_UNREGISTER_BUFFERS, NULL, 0), -EBADF);
	CHECK_EQ(mr_ring_register(STDERR_FILENO, IORING_UNREGISTER_BUFFERS, NULL, 0), -EOPNOTSUPP);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void ring_supports_send_zc(void)
{
	struct mr_ring ring;

	OPEN_RING(&ring, 8, 0, SENDER_FLAGS);
	CHECK_EQ(mr_ring_supports(ring.fd, IORING_OP_NOP), 1);
	CHECK_EQ(mr_ring_supports(ring.fd, IORING_OP_SEND_ZC), 1);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void ring_supports_no_absurd_opcode(void)
{
	struct mr_ring ring;

	OPEN_RING(&ring, 8, 0, SENDER_FLAGS);
	CHECK_EQ(mr_ring_supports(ring.fd, 250), 0);
	CHECK_EQ(mr_ring_supports(ring.fd, 256), 0);
	CHECK_EQ(mr_ring_supports(ring.fd, UINT32_MAX), 0);
	CHECK_EQ(mr_ring_close(&ring), 0);
}

static void ring_supports_reports_a_bad_fd(void)
{
	REQUIRE_URING();
	CHECK_EQ(mr_ring_supports(closed_fd(), IORING_OP_NOP), -EBADF);
	CHECK_EQ(mr_ring_supports(STDERR_FILENO, IORING_OP_NOP), -EOPNOTSUPP);
}

const struct test_case ring_register_cases[] = {
	CASE(buffers_register_once),
	CASE(buffers_must_be_mapped),
	CASE(files_register_once_and_must_be_open),
	CASE(register_refuses_bad_arguments),
	CASE(ring_supports_send_zc),
	CASE(ring_supports_no_absurd_opcode),
	CASE(ring_supports_reports_a_bad_fd),
	END_OF_CASES,
};
