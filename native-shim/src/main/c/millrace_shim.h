/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shim between Millrace's Java code and Linux: set-up calls that Java can't make itself.
 *
 * Every call that can fail returns >= 0 on success and -errno on failure. No call keeps state of its own, writes to a
 * stream, or decides anything: policy lives in Java. Struct layouts that Java relies on are listed by mr_layout().
 */
#ifndef MILLRACE_SHIM_H
#define MILLRACE_SHIM_H

#include <stdint.h>

#define MR_API __attribute__((visibility("default")))

/* ---- Rings ---------------------------------------------------------------------------------------------------- */

/* A ring and its mappings, flat: addresses are of this process. sq_array is 0 where the ring has no index array. */
struct mr_ring {
	uint64_t sq_head;      /* u32, written by the kernel */
	uint64_t sq_tail;      /* u32, written by us */
	uint64_t sq_flags;     /* u32, written by the kernel */
	uint64_t sq_dropped;   /* u32, written by the kernel */
	uint64_t sq_array;     /* u32[sq_entries] */
	uint64_t sqes;         /* struct io_uring_sqe[sq_entries] */
	uint64_t cq_head;      /* u32, written by us */
	uint64_t cq_tail;      /* u32, written by the kernel */
	uint64_t cq_overflow;  /* u32, written by the kernel */
	uint64_t cqes;         /* struct io_uring_cqe[cq_entries] */
	uint64_t rings_map;    /* the mapping that holds both rings */
	uint64_t rings_bytes;
	uint64_t sqes_bytes;
	int32_t fd;
	uint32_t flags;        /* IORING_SETUP_* as granted */
	uint32_t features;     /* IORING_FEAT_* */
	uint32_t sq_entries;
	uint32_t cq_entries;
	uint32_t reserved;
};

/* Creates a ring with exactly these flags and maps it. cq_entries 0: the kernel's default, twice the SQ. */
MR_API int32_t mr_ring_setup(struct mr_ring *ring, uint32_t sq_entries, uint32_t cq_entries, uint32_t flags);
/*
 * The same for a ring whose SQ a kernel thread polls (IORING_SETUP_SQPOLL, which is added to the flags). The thread sleeps
 * after idle_ms without an SQE (0: 1 s) and is pinned to `cpu`, or runs anywhere if that is negative.
 */
MR_API int32_t mr_ring_setup_polled(struct mr_ring *ring, uint32_t sq_entries, uint32_t cq_entries, uint32_t flags,
				    uint32_t idle_ms, int32_t cpu);
/* Unmaps and closes. Requests still in flight are cancelled by the kernel. */
MR_API int32_t mr_ring_close(struct mr_ring *ring);
/* io_uring_register(2). */
MR_API int32_t mr_ring_register(int32_t ring_fd, uint32_t opcode, const void *argument, uint32_t count);
/* io_uring_enter(2); timeout_ns < 0: wait without limit. Returns the number of SQEs taken; of a polled ring, to_submit. */
MR_API int32_t mr_ring_enter(int32_t ring_fd, uint32_t to_submit, uint32_t min_complete, uint32_t flags,
			     int64_t timeout_ns);
/* 1 if the kernel knows this IORING_OP_*, else 0. */
MR_API int32_t mr_ring_supports(int32_t ring_fd, uint32_t opcode);

/* ---- Sockets -------------------------------------------------------------------------------------------------- */

/* An IPv4 or IPv6 address and port, host byte order; IPv4 uses the first four bytes of the address. */
struct mr_endpoint {
	uint16_t family;       /* AF_INET or AF_INET6 */
	uint16_t port;
	uint32_t scope;        /* interface index of a link-local IPv6 address, else 0 */
	uint8_t address[16];
};

MR_API int32_t mr_udp_socket(int32_t family);
MR_API int32_t mr_socket_connect(int32_t fd, const struct mr_endpoint *peer);
MR_API int32_t mr_socket_bind(int32_t fd, const struct mr_endpoint *local);
/* The address that a socket is bound to. */
MR_API int32_t mr_socket_local(int32_t fd, struct mr_endpoint *local);
MR_API int32_t mr_socket_set(int32_t fd, int32_t level, int32_t option, int32_t value);
/* An int option's value (never negative for the options used here), or -errno. */
MR_API int32_t mr_socket_get(int32_t fd, int32_t level, int32_t option);
/* Datagrams that a socket has dropped since it was made, for its receive buffer was full (SO_MEMINFO); modulo 2^32. */
MR_API int64_t mr_socket_drops(int32_t fd);
/* SO_TXTIME: datagrams may bring the time at which they are to leave, by this clock. */
MR_API int32_t mr_socket_txtime(int32_t fd, int32_t clock);
/*
 * Joins a multicast group on an interface (0: as the routing table says): IGMP or MLD by the group's family.
 * source: only what it sends (source-specific multicast; may be called for several), or NULL for anybody.
 */
MR_API int32_t mr_socket_join(int32_t fd, const struct mr_endpoint *group, const struct mr_endpoint *source,
			      uint32_t interface);
/* Plain blocking send on a connected socket. */
MR_API int32_t mr_socket_send(int32_t fd, const void *data, uint32_t bytes);
MR_API int32_t mr_close(int32_t fd);

/* ---- Sending in batches, without a ring --------------------------------------------------------------------------- */

struct mmsghdr;
struct iovec;

/* Messages that lie side by side and go to one connected socket. */
struct mr_send_group {
	int32_t fd;
	uint32_t count;
	uint32_t full;         /* out: 1: the socket's buffer was full, and some of the group wait (-EAGAIN) */
};

/* Lets each of `count` messages have the iovec of the same index as its only one; once, before the first batch. */
MR_API void mr_send_prepare(struct mmsghdr *messages, struct iovec *vectors, uint32_t count);
/*
 * Sends the messages of all groups, the first group's first, with as few sendmmsg(2) as there can be, and never blocks.
 * results[i]: bytes of message i, or its -errno; a failed message doesn't keep those behind it. -EAGAIN: its socket's
 * buffer is full; so is every later message's to the same socket, so that none overtakes another. Returns the calls made.
 */
MR_API int32_t mr_send_batch(struct mr_send_group *groups, uint32_t count, struct mmsghdr *messages, int32_t *results);

/* ---- Waiting for several descriptors ------------------------------------------------------------------------------ */

/* An epoll(7) descriptor. */
MR_API int32_t mr_poll_open(void);
/* Adds a descriptor. events: EPOLL*; tag: what mr_poll_wait calls it. */
MR_API int32_t mr_poll_add(int32_t poll_fd, int32_t fd, uint32_t events, int32_t tag);
MR_API int32_t mr_poll_remove(int32_t poll_fd, int32_t fd);
/* Waits for events, at most timeout_ns (0: not at all); returns how many there are, at most `most`, their tags in `tags`. */
MR_API int32_t mr_poll_wait(int32_t poll_fd, int64_t timeout_ns, int32_t *tags, uint32_t most);

/* ---- Devices -------------------------------------------------------------------------------------------------- */

/* The index of the interface that datagrams to this address leave by; bound: what the socket is bound to, or 0. */
MR_API int32_t mr_route_device(const struct mr_endpoint *peer, uint32_t bound);
/* The kind of queueing discipline that they meet there, such as "fq"; where the root spreads them (mq), that below. */
MR_API int32_t mr_device_qdisc(uint32_t device, char *kind, uint32_t bytes);
/* What it was set up with where that kind is "etf": how long before its time a packet is dequeued, and TC_ETF_*. */
MR_API int32_t mr_device_etf(uint32_t device, int32_t *delta_ns, uint32_t *flags);
/* 1 if the device cuts UDP trains itself (tx-udp-segmentation), 0 if the kernel does it; by name. */
MR_API int32_t mr_device_segments(const char *device);

/* ---- Receiving in batches (load test) --------------------------------------------------------------------------- */

struct mr_received {
	uint32_t bytes;        /* as received; more than the slot holds was cut off */
	uint32_t truncated;    /* 1: the datagram was longer than the slot */
	int64_t time_ns;       /* the kernel's receive time, nanoseconds since the epoch; 0: none was given */
};

/* Bytes of scratch memory that mr_receive_batch needs for `count` datagrams. */
MR_API int64_t mr_receive_scratch_bytes(uint32_t count);
/*
 * Receives 1 to `count` datagrams into slots of slot_bytes each, beginning at `slots`; blocks for the first one as
 * long as the socket's SO_RCVTIMEO says (then -EAGAIN). Datagram i lies at slots + i * slot_bytes.
 */
MR_API int32_t mr_receive_batch(int32_t fd, void *slots, uint32_t slot_bytes, uint32_t count, void *scratch,
				struct mr_received *received);
/* SO_RCVTIMEO. */
MR_API int32_t mr_receive_timeout(int32_t fd, int64_t timeout_ns);

/* ---- The service manager ---------------------------------------------------------------------------------------- */

/*
 * Sends a message to a datagram socket in the file system, or, if its name begins with '@', in the abstract namespace:
 * what sd_notify(3) does with NOTIFY_SOCKET. Never waits: -EAGAIN if nobody reads there.
 */
MR_API int32_t mr_notify(const char *path, const char *message, uint32_t bytes);

/* ---- Memory --------------------------------------------------------------------------------------------------- */

#define MR_PAGES_NORMAL 0        /* base pages, transparent huge pages asked not to be used */
#define MR_PAGES_HUGE 1          /* MAP_HUGETLB, the default huge page size */

/* Anonymous private memory, zeroed, touched first by the caller's own writes. bytes: a multiple of the page size. */
MR_API int32_t mr_memory_map(uint64_t bytes, uint32_t pages, uint64_t *address);
MR_API int32_t mr_memory_unmap(uint64_t address, uint64_t bytes);
MR_API int32_t mr_memory_lock(uint64_t address, uint64_t bytes);
/* RLIMIT_MEMLOCK and RLIMIT_NOFILE; UINT64_MAX: unlimited. */
MR_API int32_t mr_limit_memlock(uint64_t *soft, uint64_t *hard);
MR_API int32_t mr_limit_files(uint64_t *soft, uint64_t *hard);
/* Raises the soft limit on open files to the hard one. */
MR_API int32_t mr_limit_files_raise(void);

/* ---- Threads: the calling one, but where another is named -------------------------------------------------------- */

MR_API int32_t mr_thread_pin(uint32_t cpu);
/* The CPUs that the calling thread may run on, as bits; returns how many there are. words: at least 16 for 1024 CPUs. */
MR_API int32_t mr_thread_cpus(uint64_t *mask, uint32_t words);
/* Where another thread of this process may run: bits as above. */
MR_API int32_t mr_thread_confine(uint32_t thread, const uint64_t *mask, uint32_t words);
/* At most 15 bytes are kept. */
MR_API int32_t mr_thread_name(const char *name);
/* How late the kernel may wake this thread; the default is 50 microseconds. */
MR_API int32_t mr_thread_timer_slack(uint64_t slack_ns);
/* CPU time of the calling thread. */
MR_API int32_t mr_thread_cpu_time(int64_t *user_ns, int64_t *system_ns);

/* ---- Others ---------------------------------------------------------------------------------------------------- */

MR_API int32_t mr_eventfd(void);
MR_API int32_t mr_eventfd_signal(int32_t fd);
MR_API int64_t mr_realtime_ns(void);
MR_API int64_t mr_tai_ns(void);
/* "ECONNREFUSED"; "" for an unknown number. Static storage. */
MR_API const char *mr_errno_name(int32_t error);

/* Entry `index` of the table of struct sizes, offsets and constants that Java holds copies of; -ENOENT past its end. */
MR_API int32_t mr_layout(uint32_t index, const char **name, uint64_t *value);
/* One number for all of the table, whatever its order: Java compares this before it asks for the entries. */
MR_API uint64_t mr_layout_sum(void);

#endif
