/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C reference sender: the loop of the Java engine, in C, over the same ring set-up and the same shim, so that a run
 * can say how much of what C reaches Java reaches. It is as good a C loop as we can write, not a strawman; what the two
 * don't share (configuration, changes, metrics, and the pace but for --paced) is Java's to pay for.
 *
 * One thread does everything. A pass: claim up to `batch` slots, write one SQE each, publish the tail, enter once, reap.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "kernel_abi.h"
#include "lateness.h"
#include "millrace_shim.h"
#include "options.h"
#include "schedule.h"

#define SEND_BUFFER_BYTES (4 << 20)
#define HUGE_PAGE_BYTES (2u << 20)
#define SQPOLL_IDLE_MS 10    /* the default of rings.sqpoll.idle */
#define NS_PER_SECOND 1000000000u
#define NO_RESULT INT32_MIN  /* of a request whose outcome is still to come */

struct sender {
	const struct options *options;
	struct mr_ring ring;
	int32_t *sockets;        /* [socket_count], and the ring's registered file table */
	uint32_t socket_count;   /* one per target, or one for all */
	struct sockaddr_storage *addresses;  /* [targets], of a shared socket only */
	socklen_t address_length;
	uint64_t slab;
	uint64_t slab_bytes;
	int32_t *free_slots;     /* a stack */
	uint32_t free_count;
	int32_t *results;        /* [slots], by user_data */
	uint32_t sq_tail;        /* our copies: nobody else writes these two */
	uint32_t cq_head;
	uint32_t next_target;
	uint32_t run_left;       /* requests that it still gets before the next has its turn */

	struct schedule schedule;  /* of --paced, whose stream i is target i */
	struct lateness lateness;
	uint64_t count_from_ns;    /* lateness before doesn't count */
	bool warm;                 /* from here on it may */
	double waited_before;      /* seconds, until then */

	uint64_t requests;
	uint64_t datagrams;      /* that the kernel took */
	uint64_t bytes;
	uint64_t errors;
	int32_t first_error;     /* a positive errno, 0: none */
	uint64_t cqes;
	uint64_t enters;
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

__attribute__((noreturn)) static void fail(const char *what, int32_t result)
{
	fprintf(stderr, "reference-sender: %s: %s (%s)\n", what, mr_errno_name(-result), strerror(-result));
	exit(1);
}

static int32_t checked(const char *what, int32_t result)
{
	if (result < 0)
		fail(what, result);
	return result;
}

static void *zeroed(size_t count, size_t bytes)
{
	void *memory = calloc(count, bytes);
	if (!memory)
		fail("calloc", -ENOMEM);
	return memory;
}

static double now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

/* ---- Set-up, the same as the daemon's --------------------------------------------------------------------------- */

static struct mr_endpoint target_of(const struct options *options, uint32_t index)
{
	struct mr_endpoint target = options->to;

	target.port = (uint16_t)(options->to.port + index);
	return target;
}

static int32_t open_socket(const struct options *options)
{
	bool v6 = options->to.family == AF_INET6;
	int32_t fd = checked("socket", mr_udp_socket(options->to.family));

	/* FORCE needs CAP_NET_ADMIN; net.core.wmem_max caps the plain option without an error. */
	if (mr_socket_set(fd, SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER_BYTES) < 0)
		checked("SO_SNDBUF", mr_socket_set(fd, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER_BYTES));
	checked("IP_RECVERR", v6 ? mr_socket_set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1)
				 : mr_socket_set(fd, IPPROTO_IP, IP_RECVERR, 1));
	if (options->segments > 1)
		checked("UDP_SEGMENT", mr_socket_set(fd, IPPROTO_UDP, UDP_SEGMENT, (int32_t)options->size));
	return fd;
}

/* The addresses stay where they are for as long as requests run: kernels differ in when they read them. */
static void write_addresses(struct sender *sender)
{
	const struct options *options = sender->options;

	sender->addresses = zeroed(options->targets, sizeof(*sender->addresses));
	for (uint32_t i = 0; i < options->targets; i++) {
		struct mr_endpoint peer = target_of(options, i);
		if (peer.family == AF_INET6) {
			struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&sender->addresses[i];
			v6->sin6_family = AF_INET6;
			v6->sin6_port = htons(peer.port);
			v6->sin6_scope_id = peer.scope;
			memcpy(&v6->sin6_addr, peer.address, sizeof(v6->sin6_addr));
			sender->address_length = sizeof(*v6);
		} else {
			struct sockaddr_in *v4 = (struct sockaddr_in *)&sender->addresses[i];
			v4->sin_family = AF_INET;
			v4->sin_port = htons(peer.port);
			memcpy(&v4->sin_addr, peer.address, sizeof(v4->sin_addr));
			sender->address_length = sizeof(*v4);
		}
	}
}

static void open_sockets(struct sender *sender)
{
	const struct options *options = sender->options;

	checked("raise the limit on open files", mr_limit_files_raise());
	sender->socket_count = options->shared_socket ? 1 : options->targets;
	sender->sockets = zeroed(sender->socket_count, sizeof(*sender->sockets));
	for (uint32_t i = 0; i < sender->socket_count; i++) {
		sender->sockets[i] = open_socket(options);
		if (options->shared_socket)
			continue;
		struct mr_endpoint peer = target_of(options, i);
		checked("connect", mr_socket_connect(sender->sockets[i], &peer));
	}
	if (options->shared_socket)
		write_addresses(sender);
}

/*
 * Base pages on purpose. Since the kernel joins the pages of a registered buffer that lie in one folio, it charges a
 * zero-copy datagram for all of the folio before its slot too, up to 2 MiB for 700 bytes (the truesize in io_uring's
 * io_sg_from_iter is PAGE_ALIGN(offset + length)). The charge goes to SO_SNDBUF, and on loopback to the receiver's
 * SO_RCVBUF: there a buffer of 64 MiB holds some 60 datagrams and drops the rest. Measured on 6.18.
 */
static void map_slab(struct sender *sender)
{
	uint64_t bytes = (uint64_t)sender->options->slots * sender->options->slot_size;

	bytes = (bytes + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
	if (!sender->options->huge_pages || mr_memory_map(bytes, MR_PAGES_HUGE, &sender->slab) < 0)
		checked("map the slab", mr_memory_map(bytes, MR_PAGES_NORMAL, &sender->slab));
	sender->slab_bytes = bytes;
	/* Advice: a kernel without transparent huge pages refuses it, and has none to give. */
	if (!sender->options->huge_pages)
		madvise((void *)(uintptr_t)sender->slab, bytes, MADV_NOHUGEPAGE);
	memset((void *)(uintptr_t)sender->slab, 'm', bytes);
}

/* Every completion of every slot fits twice over (result and notification), so the CQ can't overflow. */
static uint32_t cq_entries(const struct options *options)
{
	uint32_t wanted = 2 * (options->slots > options->entries ? options->slots : options->entries);
	uint32_t entries = 1;

	while (entries < wanted)
		entries *= 2;
	return entries;
}

static bool is_polled(const struct sender *sender)
{
	return sender->options->sqpoll_cpu >= 0;
}

static int32_t set_up_ring(struct sender *sender, uint32_t more_flags)
{
	const struct options *options = sender->options;
	uint32_t flags = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_R_DISABLED | more_flags;

	if (is_polled(sender))
		return mr_ring_setup_polled(&sender->ring, options->entries, cq_entries(options), flags, SQPOLL_IDLE_MS,
					    options->sqpoll_cpu);
	return mr_ring_setup(&sender->ring, options->entries, cq_entries(options),
			     flags | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG);
}

static void open_ring(struct sender *sender)
{
	int32_t result = set_up_ring(sender, IORING_SETUP_NO_SQARRAY);

	if (result == -EINVAL)  /* before 6.6 */
		result = set_up_ring(sender, 0);
	checked("io_uring_setup", result);
	if (sender->ring.sq_array)
		for (uint32_t i = 0; i < sender->ring.sq_entries; i++)
			((uint32_t *)(uintptr_t)sender->ring.sq_array)[i] = i;

	struct iovec slab = { (void *)(uintptr_t)sender->slab, sender->slab_bytes };
	checked("register the slab (is RLIMIT_MEMLOCK too low?)",
		mr_ring_register(sender->ring.fd, IORING_REGISTER_BUFFERS, &slab, 1));
	checked("register the sockets",
		mr_ring_register(sender->ring.fd, IORING_REGISTER_FILES, sender->sockets, sender->socket_count));
	checked("enable the ring", mr_ring_register(sender->ring.fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0));
}

static void fill_free_list(struct sender *sender)
{
	uint32_t slots = sender->options->slots;

	sender->free_slots = zeroed(slots, sizeof(*sender->free_slots));
	sender->results = zeroed(slots, sizeof(*sender->results));
	for (uint32_t i = 0; i < slots; i++)
		sender->free_slots[i] = (int32_t)(slots - 1 - i);
	sender->free_count = slots;
}

/* ---- The loop --------------------------------------------------------------------------------------------------- */

/* The request's payload: per datagram a header of sequence number and send time, big-endian. */
static void write_headers(const struct options *options, uint64_t slot_address, uint64_t request)
{
	uint64_t time = htobe64((uint64_t)mr_realtime_ns());

	for (uint32_t i = 0; i < options->segments; i++) {
		uint64_t header[2] = { htobe64(request * options->segments + i), time };
		memcpy((void *)(uintptr_t)(slot_address + (uint64_t)i * options->size), header, sizeof(header));
	}
}

static uint32_t take_next_target(struct sender *sender)
{
	uint32_t target = sender->next_target;

	if (--sender->run_left > 0)
		return target;
	sender->run_left = sender->options->run;
	sender->next_target = target + 1 == sender->options->targets ? 0 : target + 1;
	return target;
}

/* The same of paced streams; the time is that of the pass, as the daemon's is. */
static uint32_t take_due_target(struct sender *sender, uint64_t now)
{
	uint64_t late_ns;
	uint32_t target = schedule_take(&sender->schedule, now, &late_ns);

	if (sender->warm && now >= sender->count_from_ns)
		lateness_record(&sender->lateness, late_ns);
	return target;
}

static void count_result(struct sender *sender, int32_t result)
{
	if (result >= 0) {
		sender->datagrams += (uint32_t)result / sender->options->size;
		sender->bytes += (uint32_t)result;
	} else {
		sender->errors++;
		if (!sender->first_error)
			sender->first_error = -result;
	}
}

/* SQEs that the kernel has not taken. Acquire: its partner is the kernel's release of the head. */
static uint32_t queued(const struct sender *sender)
{
	return sender->sq_tail - __atomic_load_n((uint32_t *)(uintptr_t)sender->ring.sq_head, __ATOMIC_ACQUIRE);
}

/*
 * Writes SQEs until the batch is full, no slot is free, the count is reached or, of paced streams, nothing is due now;
 * returns how many.
 */
static uint32_t submit(struct sender *sender, uint64_t now)
{
	const struct options *options = sender->options;
	struct io_uring_sqe *sqes = (struct io_uring_sqe *)(uintptr_t)sender->ring.sqes;
	uint32_t mask = sender->ring.sq_entries - 1;
	uint64_t left = options->count - sender->requests;
	uint32_t most = left < options->batch ? (uint32_t)left : options->batch;
	uint32_t written = 0;
	bool zero_copy = options->op == OP_SEND_ZC;
	uint16_t flags = zero_copy ? IORING_RECVSEND_FIXED_BUF : 0;

	if (zero_copy && options->combine_bit >= 0)
		flags |= (uint16_t)(1u << options->combine_bit);
	/* Otherwise no look at the kernel's head: with SUBMIT_ALL each enter takes all that is there, so the SQ is empty. */
	if (is_polled(sender) && most > sender->ring.sq_entries - queued(sender))
		most = sender->ring.sq_entries - queued(sender);
	while (written < most && sender->free_count > 0 &&
	       (!options->paced || schedule_is_due(&sender->schedule, now))) {
		int32_t slot = sender->free_slots[--sender->free_count];
		uint64_t address = sender->slab + (uint64_t)slot * options->slot_size;
		struct io_uring_sqe *sqe = &sqes[(sender->sq_tail + written) & mask];

		if (options->sequenced)
			write_headers(options, address, sender->requests + written);
		memset(sqe, 0, sizeof(*sqe));
		sqe->opcode = zero_copy ? IORING_OP_SEND_ZC : IORING_OP_SEND;
		sqe->flags = IOSQE_FIXED_FILE;
		sqe->ioprio = flags;
		sqe->addr = address;
		sqe->len = options->size * options->segments;
		sqe->user_data = (uint64_t)slot;
		uint32_t target = options->paced ? take_due_target(sender, now) : take_next_target(sender);
		if (options->shared_socket) {
			sqe->addr2 = (uint64_t)(uintptr_t)&sender->addresses[target];
			sqe->addr_len = (uint16_t)sender->address_length;
		} else {
			sqe->fd = (int32_t)target;
		}
		sender->results[slot] = NO_RESULT;
		written++;
	}
	sender->sq_tail += written;
	sender->requests += written;
	/* The kernel reads the tail with acquire in io_uring_enter: the SQEs are complete before it moves. */
	__atomic_store_n((uint32_t *)(uintptr_t)sender->ring.sq_tail, sender->sq_tail, __ATOMIC_RELEASE);
	return written;
}

/*
 * The merge rule: a CQE without F_MORE ends its request and frees the slot. The outcome is in the CQE that isn't the
 * notification; where there is only a notification (one completion per request), it carries the outcome itself.
 */
static void reap(struct sender *sender)
{
	const struct io_uring_cqe *cqes = (const struct io_uring_cqe *)(uintptr_t)sender->ring.cqes;
	uint32_t mask = sender->ring.cq_entries - 1;
	/* The kernel's partner is its release of the tail: the CQEs before it are complete. */
	uint32_t tail = __atomic_load_n((uint32_t *)(uintptr_t)sender->ring.cq_tail, __ATOMIC_ACQUIRE);
	uint32_t head = sender->cq_head;

	for (; head != tail; head++) {
		const struct io_uring_cqe *cqe = &cqes[head & mask];
		int32_t slot = (int32_t)cqe->user_data;

		if (!(cqe->flags & IORING_CQE_F_NOTIF) || sender->results[slot] == NO_RESULT)
			sender->results[slot] = cqe->res;
		if (cqe->flags & IORING_CQE_F_MORE)
			continue;
		count_result(sender, sender->results[slot]);
		sender->free_slots[sender->free_count++] = slot;
	}
	sender->cqes += tail - sender->cq_head;
	sender->cq_head = tail;
	/* The kernel may reuse the entries from here on; it reads the head with acquire. */
	__atomic_store_n((uint32_t *)(uintptr_t)sender->ring.cq_head, head, __ATOMIC_RELEASE);
}

/* The kernel's thread takes what was published; it is called only to be woken, or to wait. */
static void enter_polled(struct sender *sender, uint32_t written, uint32_t min_complete)
{
	uint32_t flags = IORING_ENTER_GETEVENTS;

	if (written > 0) {
		/* Full fence: the tail is written before the flag is read; its partner is the kernel's, before it sleeps. */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (__atomic_load_n((uint32_t *)(uintptr_t)sender->ring.sq_flags, __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP)
			flags |= IORING_ENTER_SQ_WAKEUP;
	}
	if (!min_complete && !(flags & IORING_ENTER_SQ_WAKEUP))
		return;
	int32_t result = mr_ring_enter(sender->ring.fd, written, min_complete, flags, -1);
	sender->enters++;
	if (result < 0 && result != -EINTR)
		fail("io_uring_enter", result);
}

static void enter(struct sender *sender, uint32_t to_submit, uint32_t min_complete)
{
	if (is_polled(sender)) {
		enter_polled(sender, to_submit, min_complete);
		return;
	}
	int32_t taken = mr_ring_enter(sender->ring.fd, to_submit, min_complete, IORING_ENTER_GETEVENTS, -1);

	sender->enters++;
	if (taken < 0 && taken != -EINTR)
		fail("io_uring_enter", taken);
	if (taken >= 0 && (uint32_t)taken != to_submit)
		fail("io_uring_enter took fewer SQEs than it was given", -EBUSY);
	if (taken == -EINTR && to_submit > 0)
		fail("io_uring_enter was interrupted before it took the SQEs", taken);
}

/* Whether the next request may leave; catches up without limit, so that the mean is the rate. */
static bool is_due(const struct sender *sender, double start, double now)
{
	const struct options *options = sender->options;

	return options->rate == 0 ||
	       (double)(sender->requests * options->segments) <= (now - start) * options->rate;
}

static void drain(struct sender *sender)
{
	while (sender->free_count < sender->options->slots) {
		enter(sender, 0, 1);
		reap(sender);
	}
}

static void run_ring(struct sender *sender, double start, double deadline)
{
	const struct options *options = sender->options;

	for (double now = start; sender->requests < options->count && now < deadline && !stopped; now = now_seconds()) {
		enter(sender, is_due(sender, start, now) ? submit(sender, 0) : 0, 0);
		reap(sender);
	}
	drain(sender);
}

/* The kernel has completions that it posts at the next enter. */
static bool has_task_work(const struct sender *sender)
{
	return __atomic_load_n((uint32_t *)(uintptr_t)sender->ring.sq_flags, __ATOMIC_RELAXED) & IORING_SQ_TASKRUN;
}

/* How long this thread could have run and didn't, as its CPU was taken: the second figure of schedstat (proc(5)). */
static double waited_seconds(void)
{
	unsigned long long ran_ns = 0, waited_ns = 0;
	FILE *file = fopen("/proc/thread-self/schedstat", "r");

	if (!file)
		return 0;
	int found = fscanf(file, "%llu %llu", &ran_ns, &waited_ns);
	fclose(file);
	return found == 2 ? (double)waited_ns * 1e-9 : 0;
}

/* What is late because of this look at /proc is not counted either. */
static void end_warm_up(struct sender *sender)
{
	sender->waited_before = waited_seconds();
	sender->count_from_ns = now_ns() + 1000000;
	sender->warm = true;
}

/* A busy loop: looks at the clock and the schedule, and enters only for what is due or has ended. */
static void run_paced(struct sender *sender, double seconds)
{
	const struct options *options = sender->options;
	uint64_t start = now_ns();
	uint64_t deadline = seconds > 0 ? start + (uint64_t)(seconds * NS_PER_SECOND) : UINT64_MAX;

	sender->count_from_ns = start + (uint64_t)(options->warm_up * NS_PER_SECOND);
	if (!schedule_begin(&sender->schedule, options->targets, options->paced,
			    (uint64_t)options->burst_ms * 1000000, start))
		fail("calloc", -ENOMEM);
	for (uint64_t now = start; sender->requests < options->count && now < deadline && !stopped; now = now_ns()) {
		uint32_t written = submit(sender, now);

		if (!sender->warm && now >= sender->count_from_ns)
			end_warm_up(sender);
		if (written > 0 || has_task_work(sender))
			enter(sender, written, 0);
		reap(sender);
	}
	drain(sender);
	schedule_free(&sender->schedule);
}

/* The socket of the next sendmmsg. A shared one takes a target per message, a connected one all of them to its own. */
static int32_t address_messages(struct sender *sender, struct mmsghdr *messages, uint32_t count)
{
	if (!sender->options->shared_socket)
		return sender->sockets[take_next_target(sender)];
	for (uint32_t i = 0; i < count; i++) {
		messages[i].msg_hdr.msg_name = &sender->addresses[take_next_target(sender)];
		messages[i].msg_hdr.msg_namelen = sender->address_length;
	}
	return sender->sockets[0];
}

/* No ring: one sendmmsg per pass, straight from the slots. */
static void run_sendmmsg(struct sender *sender, double start, double deadline)
{
	const struct options *options = sender->options;
	uint32_t most = options->batch < options->slots ? options->batch : options->slots;
	struct mmsghdr *messages = zeroed(most, sizeof(*messages));
	struct iovec *vectors = zeroed(most, sizeof(*vectors));

	for (uint32_t i = 0; i < most; i++) {
		uint64_t address = sender->slab + (uint64_t)i * options->slot_size;
		vectors[i] = (struct iovec){ (void *)(uintptr_t)address, (size_t)options->size * options->segments };
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	for (double now = start; sender->requests < options->count && now < deadline && !stopped; now = now_seconds()) {
		if (!is_due(sender, start, now))
			continue;
		uint64_t left = options->count - sender->requests;
		uint32_t batch = left < most ? (uint32_t)left : most;

		if (options->sequenced)
			for (uint32_t i = 0; i < batch; i++)
				write_headers(options, (uint64_t)(uintptr_t)vectors[i].iov_base, sender->requests + i);
		int sent = sendmmsg(address_messages(sender, messages, batch), messages, batch, MSG_NOSIGNAL);
		sender->enters++;
		if (sent < 0 && errno == EINTR)
			continue;
		/* An error is about the first message alone: it is lost, and the others are tried again. */
		if (sent < 0)
			count_result(sender, -errno);
		for (int i = 0; i < sent; i++)
			count_result(sender, (int32_t)messages[i].msg_len);
		sender->requests += sent < 0 ? 1 : (uint64_t)sent;
	}
	free(messages);
	free(vectors);
}

/* ---- The report ------------------------------------------------------------------------------------------------- */

static double seconds_between(struct timeval from, struct timeval to)
{
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_usec - from.tv_usec) * 1e-6;
}

static void report(const struct sender *sender, double seconds, const struct rusage *before, const struct rusage *after)
{
	const struct options *options = sender->options;

	printf("{\"op\":\"%s\",\"requests\":%llu,\"datagrams\":%llu,\"bytes\":%llu,\"errors\":%llu,\"first_error\":\"%s\","
	       "\"seconds\":%.6f,\"requests_per_second\":%.0f,\"cqes\":%llu,\"enters\":%llu,"
	       "\"user_seconds\":%.6f,\"system_seconds\":%.6f,"
	       "\"size\":%u,\"segments\":%u,\"targets\":%u,\"shared_socket\":%s,\"batch\":%u,\"slots\":%u,\"cpu\":%d,"
	       "\"sqpoll_cpu\":%d",
	       options_op_name(options->op), (unsigned long long)sender->requests, (unsigned long long)sender->datagrams,
	       (unsigned long long)sender->bytes, (unsigned long long)sender->errors,
	       sender->first_error ? mr_errno_name(sender->first_error) : "", seconds,
	       seconds > 0 ? (double)sender->requests / seconds : 0, (unsigned long long)sender->cqes,
	       (unsigned long long)sender->enters, seconds_between(before->ru_utime, after->ru_utime),
	       seconds_between(before->ru_stime, after->ru_stime), options->size, options->segments, options->targets,
	       options->shared_socket ? "true" : "false", options->batch, options->slots, options->cpu,
	       options->sqpoll_cpu);
	if (options->paced) {
		printf(",\"paced\":%u,\"waited_seconds\":%.6f,", options->paced,
		       waited_seconds() - sender->waited_before);
		lateness_print(&sender->lateness);
	}
	printf("}\n");
}

int main(int argc, char **argv)
{
	struct options options;
	struct sender sender = { .options = &options };
	struct sigaction action = { .sa_handler = stop, .sa_flags = SA_RESTART };
	struct rusage before, after;

	options_parse(&options, argc, argv);
	sender.run_left = options.run;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (options.cpu >= 0)
		checked("pin to the CPU of --cpu", mr_thread_pin((uint32_t)options.cpu));
	open_sockets(&sender);
	map_slab(&sender);
	fill_free_list(&sender);
	if (options.op != OP_SENDMMSG)
		open_ring(&sender);

	/* Of the process: that is this thread, and the kernel's thread of a polled ring. */
	getrusage(RUSAGE_SELF, &before);
	double start = now_seconds();
	double deadline = options.seconds > 0 ? start + options.seconds : 1e300;
	if (options.op == OP_SENDMMSG)
		run_sendmmsg(&sender, start, deadline);
	else if (options.paced)
		run_paced(&sender, options.seconds);
	else
		run_ring(&sender, start, deadline);
	double seconds = now_seconds() - start;
	getrusage(RUSAGE_SELF, &after);
	report(&sender, seconds, &before, &after);

	if (options.op != OP_SENDMMSG)
		mr_ring_close(&sender.ring);
	mr_memory_unmap(sender.slab, sender.slab_bytes);
	for (uint32_t i = 0; i < sender.socket_count; i++)
		mr_close(sender.sockets[i]);
	free(sender.sockets);
	free(sender.addresses);
	free(sender.free_slots);
	free(sender.results);
	return 0;
}
