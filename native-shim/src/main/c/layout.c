/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes, offsets and constants as this compiler sees them; Java checks its own copies against them when it loads. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/pkt_sched.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

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
	SIZE(io_uring_buf),
	OFFSET(io_uring_buf, addr),
	OFFSET(io_uring_buf, len),
	OFFSET(io_uring_buf, bid),
	OFFSET(io_uring_buf_ring, tail),
	SIZE(io_uring_buf_reg),
	OFFSET(io_uring_buf_reg, ring_addr),
	OFFSET(io_uring_buf_reg, ring_entries),
	OFFSET(io_uring_buf_reg, bgid),
	SIZE(io_uring_recvmsg_out),
	OFFSET(io_uring_recvmsg_out, namelen),
	OFFSET(io_uring_recvmsg_out, controllen),
	OFFSET(io_uring_recvmsg_out, payloadlen),
	OFFSET(io_uring_recvmsg_out, flags),
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
	SIZE(msghdr),
	OFFSET(msghdr, msg_namelen),
	OFFSET(msghdr, msg_iov),
	OFFSET(msghdr, msg_iovlen),
	OFFSET(msghdr, msg_control),
	OFFSET(msghdr, msg_controllen),
	SIZE(cmsghdr),
	OFFSET(cmsghdr, cmsg_len),
	OFFSET(cmsghdr, cmsg_level),
	OFFSET(cmsghdr, cmsg_type),
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
	CONSTANT(IORING_OP_SENDMSG),
	CONSTANT(IORING_OP_RECVMSG),
	CONSTANT(IORING_OP_ASYNC_CANCEL),
	CONSTANT(IORING_OP_READ),
	CONSTANT(IORING_OP_SEND),
	CONSTANT(IORING_OP_SEND_ZC),
	CONSTANT(IOSQE_FIXED_FILE),
	CONSTANT(IOSQE_BUFFER_SELECT),
	CONSTANT(IORING_RECV_MULTISHOT),
	CONSTANT(IORING_RECVSEND_FIXED_BUF),
	CONSTANT(IORING_SEND_ZC_REPORT_USAGE),
	CONSTANT(IORING_NOTIF_USAGE_ZC_COPIED),
	CONSTANT(IORING_CQE_F_BUFFER),
	CONSTANT(IORING_CQE_BUFFER_SHIFT),
	CONSTANT(IORING_CQE_F_MORE),
	CONSTANT(IORING_CQE_F_NOTIF),
	CONSTANT(IORING_SETUP_SQPOLL),
	CONSTANT(IORING_SETUP_R_DISABLED),
	CONSTANT(IORING_SETUP_SUBMIT_ALL),
	CONSTANT(IORING_SETUP_TASKRUN_FLAG),
	CONSTANT(IORING_SETUP_SINGLE_ISSUER),
	CONSTANT(IORING_SETUP_DEFER_TASKRUN),
	CONSTANT(IORING_SETUP_NO_SQARRAY),
	CONSTANT(IORING_SQ_NEED_WAKEUP),
	CONSTANT(IORING_SQ_CQ_OVERFLOW),
	CONSTANT(IORING_SQ_TASKRUN),
	CONSTANT(IORING_ENTER_GETEVENTS),
	CONSTANT(IORING_ENTER_SQ_WAKEUP),
	CONSTANT(IORING_REGISTER_BUFFERS),
	CONSTANT(IORING_REGISTER_FILES),
	CONSTANT(IORING_REGISTER_FILES_UPDATE),
	CONSTANT(IORING_REGISTER_ENABLE_RINGS),
	CONSTANT(IORING_REGISTER_PBUF_RING),
	CONSTANT(IORING_UNREGISTER_PBUF_RING),
	CONSTANT(AF_INET),
	CONSTANT(AF_INET6),
	CONSTANT(SOL_SOCKET),
	CONSTANT(SO_REUSEADDR),
	CONSTANT(SO_BROADCAST),
	CONSTANT(SO_SNDBUF),
	CONSTANT(SO_ERROR),
	CONSTANT(SO_RCVBUF),
	CONSTANT(SO_SNDBUFFORCE),
	CONSTANT(SO_RCVBUFFORCE),
	CONSTANT(SO_BINDTOIFINDEX),
	CONSTANT(SO_TIMESTAMPNS),
	CONSTANT(SO_MARK),
	CONSTANT(SO_RXQ_OVFL),
	CONSTANT(SO_MAX_PACING_RATE),
	CONSTANT(SCM_TXTIME),
	CONSTANT(CLOCK_MONOTONIC),
	CONSTANT(CLOCK_TAI),
	CONSTANT(TC_ETF_DEADLINE_MODE_ON),
	CONSTANT(IPPROTO_IP),
	CONSTANT(IP_TOS),
	CONSTANT(IP_TTL),
	CONSTANT(IP_MULTICAST_TTL),
	CONSTANT(IP_MULTICAST_ALL),
	CONSTANT(IP_RECVERR),
	CONSTANT(IP_MTU_DISCOVER),
	CONSTANT(IP_MTU),
	CONSTANT(IP_MULTICAST_LOOP),
	CONSTANT(IPPROTO_IPV6),
	CONSTANT(IPV6_TCLASS),
	CONSTANT(IPV6_UNICAST_HOPS),
	CONSTANT(IPV6_MULTICAST_HOPS),
	CONSTANT(IPV6_MULTICAST_ALL),
	CONSTANT(IPV6_V6ONLY),
	CONSTANT(IPV6_RECVERR),
	CONSTANT(IPV6_MULTICAST_LOOP),
	CONSTANT(IPV6_MTU_DISCOVER),
	CONSTANT(IPV6_MTU),
	CONSTANT(SOL_UDP),
	CONSTANT(UDP_SEGMENT),
	CONSTANT(UDP_GRO),
	CONSTANT(MSG_TRUNC),
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

/* The name as Java spells it: IO_URING_SQE_LEN for io_uring_sqe.len. */
static uint8_t java_character(char c)
{
	if (c == '.')
		return '_';
	return (uint8_t)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/* FNV-1a (Fowler, Noll, Vo), 64 bits. */
static uint64_t hashed(uint64_t hash, uint8_t byte)
{
	return (hash ^ byte) * UINT64_C(0x100000001b3);
}

uint64_t mr_layout_sum(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		uint64_t hash = UINT64_C(0xcbf29ce484222325);

		for (const char *c = table[i].name; *c; c++)
			hash = hashed(hash, java_character(*c));
		for (int shift = 0; shift < 32; shift += 8)
			hash = hashed(hash, (uint8_t)(table[i].value >> shift));
		sum += hash;
	}
	return sum;
}
