/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel_abi.h"
#include "millrace_shim.h"

static int32_t result_of(long value)
{
	return value < 0 ? -errno : (int32_t)value;
}

/* Millrace's oldest kernel (6.1) is younger than the single mapping of both queues (5.4): so one mapping it is. */
static int32_t map_ring(struct mr_ring *ring, const struct io_uring_params *params)
{
	size_t sq_bytes = params->sq_off.array + params->sq_entries * sizeof(uint32_t);
	size_t cq_bytes = params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe);
	size_t rings_bytes = sq_bytes > cq_bytes ? sq_bytes : cq_bytes;
	size_t sqes_bytes = params->sq_entries * sizeof(struct io_uring_sqe);

	if (!(params->features & IORING_FEAT_SINGLE_MMAP))
		return -EOPNOTSUPP;
	void *rings = mmap(NULL, rings_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring->fd,
			   (off_t)IORING_OFF_SQ_RING);
	if (rings == MAP_FAILED)
		return -errno;
	void *sqes = mmap(NULL, sqes_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring->fd,
			  (off_t)IORING_OFF_SQES);
	if (sqes == MAP_FAILED) {
		int error = errno;
		munmap(rings, rings_bytes);
		return -error;
	}

	uint64_t base = (uint64_t)(uintptr_t)rings;
	ring->rings_map = base;
	ring->rings_bytes = rings_bytes;
	ring->sqes = (uint64_t)(uintptr_t)sqes;
	ring->sqes_bytes = sqes_bytes;
	ring->sq_head = base + params->sq_off.head;
	ring->sq_tail = base + params->sq_off.tail;
	ring->sq_flags = base + params->sq_off.flags;
	ring->sq_dropped = base + params->sq_off.dropped;
	ring->sq_array = params->flags & IORING_SETUP_NO_SQARRAY ? 0 : base + params->sq_off.array;
	ring->cq_head = base + params->cq_off.head;
	ring->cq_tail = base + params->cq_off.tail;
	ring->cq_overflow = base + params->cq_off.overflow;
	ring->cqes = base + params->cq_off.cqes;
	return 0;
}

static int32_t set_up(struct mr_ring *ring, uint32_t sq_entries, uint32_t cq_entries, struct io_uring_params *params)
{
	memset(ring, 0, sizeof(*ring));
	ring->fd = -1;
	if (cq_entries) {
		params->flags |= IORING_SETUP_CQSIZE;
		params->cq_entries = cq_entries;
	}
	int32_t fd = result_of(syscall(__NR_io_uring_setup, sq_entries, params));
	if (fd < 0)
		return fd;
	ring->fd = fd;
	ring->flags = params->flags;
	ring->features = params->features;
	ring->sq_entries = params->sq_entries;
	ring->cq_entries = params->cq_entries;
	int32_t mapped = map_ring(ring, params);
	if (mapped < 0) {
		close(fd);
		ring->fd = -1;
		return mapped;
	}
	return 0;
}

int32_t mr_ring_setup(struct mr_ring *ring, uint32_t sq_entries, uint32_t cq_entries, uint32_t flags)
{
	struct io_uring_params params;

	memset(&params, 0, sizeof(params));
	params.flags = flags;
	return set_up(ring, sq_entries, cq_entries, &params);
}

int32_t mr_ring_setup_polled(struct mr_ring *ring, uint32_t sq_entries, uint32_t cq_entries, uint32_t flags,
			     uint32_t idle_ms, int32_t cpu)
{
	struct io_uring_params params;

	memset(&params, 0, sizeof(params));
	params.flags = flags | IORING_SETUP_SQPOLL;
	params.sq_thread_idle = idle_ms;
	if (cpu >= 0) {
		params.flags |= IORING_SETUP_SQ_AFF;
		params.sq_thread_cpu = (uint32_t)cpu;
	}
	return set_up(ring, sq_entries, cq_entries, &params);
}

int32_t mr_ring_close(struct mr_ring *ring)
{
	int32_t result = 0;

	if (munmap((void *)(uintptr_t)ring->sqes, ring->sqes_bytes) < 0)
		result = -errno;
	if (munmap((void *)(uintptr_t)ring->rings_map, ring->rings_bytes) < 0)
		result = -errno;
	if (close(ring->fd) < 0)
		result = -errno;
	ring->fd = -1;
	return result;
}

int32_t mr_ring_register(int32_t ring_fd, uint32_t opcode, const void *argument, uint32_t count)
{
	return result_of(syscall(__NR_io_uring_register, ring_fd, opcode, argument, count));
}

int32_t mr_ring_enter(int32_t ring_fd, uint32_t to_submit, uint32_t min_complete, uint32_t flags, int64_t timeout_ns)
{
	if (timeout_ns < 0)
		return result_of(syscall(__NR_io_uring_enter, ring_fd, to_submit, min_complete, flags, NULL, 0));

	struct __kernel_timespec timeout = { .tv_sec = timeout_ns / 1000000000, .tv_nsec = timeout_ns % 1000000000 };
	struct io_uring_getevents_arg argument;

	memset(&argument, 0, sizeof(argument));
	argument.ts = (uint64_t)(uintptr_t)&timeout;
	return result_of(syscall(__NR_io_uring_enter, ring_fd, to_submit, min_complete, flags | IORING_ENTER_EXT_ARG,
				 &argument, sizeof(argument)));
}

int32_t mr_ring_supports(int32_t ring_fd, uint32_t opcode)
{
	enum { OPS = 256 };
	union {
		struct io_uring_probe probe;
		uint8_t bytes[sizeof(struct io_uring_probe) + OPS * sizeof(struct io_uring_probe_op)];
	} buffer;

	memset(&buffer, 0, sizeof(buffer));
	int32_t result = mr_ring_register(ring_fd, IORING_REGISTER_PROBE, &buffer.probe, OPS);
	if (result < 0)
		return result;
	if (opcode > buffer.probe.last_op)
		return 0;
	return (buffer.probe.ops[opcode].flags & IO_URING_OP_SUPPORTED) != 0;
}
