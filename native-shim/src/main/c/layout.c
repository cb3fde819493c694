/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes, offsets and constants as this compiler sees them; Java checks its own copies against them when it loads. */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "kernel_abi.h"
#include "millrace_shim.h"

#define SIZE(type) { #type ".size", sizeof(struct type) }
#define OFFSET(type, field) { #type "." #field, offsetof(struct type, field) }
#define CONSTANT(name) { #name, (uint64_t)(name) }

static const struct {
	const char *name;
	uint64_t value;
} table[] = {
	SIZE(io_uring_sqe),
	OFFSET(io_uring_sqe, opcode),
	OFFSET(io_uring_sqe, flags),
	OFFSET(io_uring_sqe, ioprio),
	OFFSET(io_uring_sqe, fd),
	OFFSET(io_uring_sqe, off),
	OFFSET(io_uring_sqe, addr),
	OFFSET(io_uring_sqe, len),
	OFFSET(io_uring_sqe, msg_flags),
	OFFSET(io_uring_sqe, user_data),
	OFFSET(io_uring_sqe, buf_index),
	OFFSET(io_uring_sqe, file_index),
	OFFSET(io_uring_sqe, addr3),
	SIZE(io_uring_cqe),
	OFFSET(io_uring_cqe, user_data),
	OFFSET(io_uring_cqe, res),
	OFFSET(io_uring_cqe, flags),
	SIZE(iovec),
	OFFSET(iovec, iov_base),
	OFFSET(iovec, iov_len),
	SIZE(io_uring_files_update),
	OFFSET(io_uring_files_update, offset),
	OFFSET(io_uring_files_update, fds),
	SIZE(mr_ring),
	OFFSET(mr_ring, sq_head),
	OFFSET(mr_ring, sq_tail),
	OFFSET(mr_ring, sq_flags),
	OFFSET(mr_ring, sq_dropped),
	OFFSET(mr_ring, sq_array),
	OFFSET(mr_ring, sqes),
	OFFSET(mr_ring, cq_head),
	OFFSET(mr_ring, cq_tail),
	OFFSET(mr_ring, cq_overflow),
	OFFSET(mr_ring, cqes),
	OFFSET(mr_ring, fd),
	OFFSET(mr_ring, flags),
	OFFSET(mr_ring, features),
	OFFSET(mr_ring, sq_entries),
	OFFSET(mr_ring, cq_entries),
	SIZE(mr_endpoint),
	OFFSET(mr_endpoint, family),
	OFFSET(mr_endpoint, port),
	OFFSET(mr_endpoint, scope),
	OFFSET(mr_endpoint, address),
	SIZE(mmsghdr),
	SIZE(mr_send_group),
	OFFSET(mr_send_group, fd),
	OFFSET(mr_send_group, count),
	SIZE(mr_received),
	OFFSET(mr_received, bytes),
	OFFSET(mr_received, truncated),
	OFFSET(mr_received, time_ns),
	CONSTANT(MR_PAGES_NORMAL),
	CONSTANT(MR_PAGES_HUGE),
	CONSTANT(IORING_OP_NOP),
	CONSTANT(IORING_OP_READ),
	CONSTANT(IORING_OP_SEND),
	CONSTANT(IORING_OP_SEND_ZC),
	CONSTANT(IOSQE_FIXED_FILE),
	CONSTANT(IORING_RECVSEND_FIXED_BUF),
	CONSTANT(IORING_SEND_ZC_REPORT_USAGE),
	CONSTANT(IORING_NOTIF_USAGE_ZC_COPIED),
	CONSTANT(IORING_CQE_F_MORE),
	CONSTANT(IORING_CQE_F_NOTIF),
	CONSTANT(IORING_SETUP_R_DISABLED),
	CONSTANT(IORING_SETUP_SUBMIT_ALL),
	CONSTANT(IORING_SETUP_TASKRUN_FLAG),
	CONSTANT(IORING_SETUP_SINGLE_ISSUER),
	CONSTANT(IORING_SETUP_DEFER_TASKRUN),
	CONSTANT(IORING_SETUP_NO_SQARRAY),
	CONSTANT(IORING_SQ_CQ_OVERFLOW),
	CONSTANT(IORING_SQ_TASKRUN),
	CONSTANT(IORING_ENTER_GETEVENTS),
	CONSTANT(IORING_REGISTER_BUFFERS),
	CONSTANT(IORING_REGISTER_FILES),
	CONSTANT(IORING_REGISTER_FILES_UPDATE),
	CONSTANT(IORING_REGISTER_ENABLE_RINGS),
	CONSTANT(AF_INET),
	CONSTANT(AF_INET6),
	CONSTANT(SOL_SOCKET),
	CONSTANT(SO_SNDBUF),
	CONSTANT(SO_RCVBUF),
	CONSTANT(SO_SNDBUFFORCE),
	CONSTANT(SO_RCVBUFFORCE),
	CONSTANT(SO_BINDTOIFINDEX),
	CONSTANT(SO_TIMESTAMPNS),
	CONSTANT(SO_RXQ_OVFL),
	CONSTANT(SO_MAX_PACING_RATE),
	CONSTANT(IPPROTO_IP),
	CONSTANT(IP_TOS),
	CONSTANT(IP_TTL),
	CONSTANT(IP_MULTICAST_TTL),
	CONSTANT(IP_RECVERR),
	CONSTANT(IP_MTU),
	CONSTANT(IPPROTO_IPV6),
	CONSTANT(IPV6_TCLASS),
	CONSTANT(IPV6_UNICAST_HOPS),
	CONSTANT(IPV6_MULTICAST_HOPS),
	CONSTANT(IPV6_RECVERR),
	CONSTANT(IPV6_MTU),
	CONSTANT(SOL_UDP),
	CONSTANT(UDP_SEGMENT),
	CONSTANT(EPOLLIN),
	CONSTANT(EPOLLOUT),
	CONSTANT(EPOLLET),
};

int32_t mr_layout(uint32_t index, const char **name, uint64_t *value)
{
	if (index >= sizeof(table) / sizeof(table[0]))
		return -ENOENT;
	*name = table[index].name;
	*value = table[index].value;
	return 0;
}
