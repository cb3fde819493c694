/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does this kernel post what it should for SEND_ZC and SENDMSG_ZC? Two expectations exist: a stock kernel's (a result
 * and a notification per request) and that of one with the combined mode (one CQE per request that carries the flag;
 * without the flag, as stock). What is expected is described in the project's notes on the kernel.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "run.h"

#define EXIT_SKIPPED 77
#define WATCHDOG_SECONDS 300

enum expectation { FIND_OUT, COMBINED, STOCK };

static const struct ring_kind {
	const char *name;
	uint32_t setup_flags;
} RING_KINDS[] = {
	{ "default", IORING_SETUP_SUBMIT_ALL },
	{ "defer", IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN },
	{ "sqpoll", IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SQPOLL },
};

static const char USAGE[] =
	"usage: conformance [--expect combined|stock] [--bit N] [--only SUBSTRING] [--list] [--help]\n"
	"Tests what this kernel posts for SEND_ZC and SENDMSG_ZC, in network namespaces of its own. Needs root.\n"
	"  --expect combined  the kernel must have the mode with one completion per request\n"
	"  --expect stock     it must not; without --expect the kernel is asked\n"
	"  --bit N            the mode's bit in sqe->ioprio, 0 to 15; default: 4 below Linux 6.10, else 15\n"
	"  --only SUBSTRING   only the cases whose name contains this\n"
	"  --list             print the names of the cases\n"
	"Exit code: 0 all as expected, 1 some deviated, 77 some couldn't be run here, 2 usage.\n";

/* Bit 4 became IORING_RECVSEND_BUNDLE in 6.10. */
static unsigned default_bit(void)
{
	struct utsname name;
	unsigned major = 0, minor = 0;

	uname(&name);
	sscanf(name.release, "%u.%u", &major, &minor);
	return major < 6 || (major == 6 && minor < 10) ? 4 : 15;
}

__attribute__((noreturn)) static void usage_error(const char *what, const char *value)
{
	fprintf(stderr, "conformance: %s%s\n%s", what, value, USAGE);
	exit(2);
}

static enum expectation read_options(struct run *run, int argc, char **argv)
{
	enum expectation expectation = FIND_OUT;

	run->bit = default_bit();
	for (int i = 1; i < argc; i++) {
		const char *option = argv[i];
		if (!strcmp(option, "--help")) {
			fputs(USAGE, stdout);
			exit(0);
		} else if (!strcmp(option, "--list")) {
			run->list = true;
			continue;
		}
		const char *value = i + 1 < argc ? argv[++i] : NULL;
		if (!strcmp(option, "--expect") && value && !strcmp(value, "combined")) {
			expectation = COMBINED;
		} else if (!strcmp(option, "--expect") && value && !strcmp(value, "stock")) {
			expectation = STOCK;
		} else if (!strcmp(option, "--bit") && value) {
			char *end;
			unsigned long bit = strtoul(value, &end, 10);
			if (end == value || *end || bit > 15)
				usage_error("--bit takes 0 to 15, not ", value);
			run->bit = (unsigned)bit;
		} else if (!strcmp(option, "--only") && value) {
			run->only = value;
		} else {
			usage_error("not understood: ", option);
		}
	}
	return expectation;
}

static void *map(size_t bytes, int protection)
{
	void *memory = mmap(NULL, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	/* A huge page would be charged whole to the socket for each datagram that lies in it. */
	madvise(memory, bytes, MADV_NOHUGEPAGE);
	return memory;
}

/* One small datagram over loopback; returns how many CQEs came, which the row then holds. */
static unsigned probe(struct run *run, enum buffer buffer, uint16_t ioprio, bool flagged)
{
	struct sockaddr_in address = ipv4("127.0.0.1", 0);
	int receiver = udp_receiver(&run->network, false, &address);
	struct request request = {
		.buffer = buffer, .fd = udp_connected(&address), .bytes = PAYLOAD_BYTES, .ioprio = ioprio,
	};

	memset(&run->row, 0, sizeof(run->row));
	run->row_number++;
	run->flagged = flagged;
	push(run, &request);
	submit(run);
	collect(run, 2, 100 * MS_NS);
	run->flagged = false;
	close(request.fd);
	close(receiver);
	return run->row.cqe_count;
}

/* Returns whether the kernel has the combined mode. */
static bool probe_kernel(struct run *run, struct ring *ring)
{
	const struct io_uring_cqe *first = &run->row.cqes[0];

	int result = ring_open(ring, RING_KINDS[0].setup_flags);
	if (result < 0) {
		printf("skip: io_uring_setup: %s\n", strerror(-result));
		exit(EXIT_SKIPPED);
	}
	result = ring_register_buffer(ring, run->fixed, AREA_BYTES);
	if (result < 0)
		die("registering a buffer: %s", strerror(-result));
	run->ring = ring;
	run->knows_report_usage = probe(run, SEND_PLAIN, IORING_SEND_ZC_REPORT_USAGE, false) == 2 && first->res > 0;
	run->msg_fixed = probe(run, MSG_FIXED, 0, false) == 2 && first->res > 0;
	run->flags_come_first = probe(run, SEND_PLAIN, unknown_flag(run), false) == 1;
	bool combined = probe(run, SEND_FIXED, 0, true) == 1 && first->res == PAYLOAD_BYTES &&
		first->flags == IORING_CQE_F_NOTIF;
	ring_close(ring);
	return combined;
}

/* Cases that need no expectation beyond the mode's: the combined mode must change nothing for requests without it. */
static void all_cases(struct run *run)
{
	success_cases(run);
	usage_cases(run);
	refused_cases(run);
	failure_cases(run);
	link_cases(run);
	stream_cases(run);
	delay_cases(run);
	reuse_cases(run);
	close_cases(run);
	many_cases(run);
}

/* The last row of a ring: what comes after everything has ended fails it. */
static void nothing_more(struct run *run)
{
	if (!row_begin(run, "nothing more in the end"))
		return;
	row_expect(run, "nothing");
	collect_expected(run, 100);
	row_end(run);
}

static void all_of_ring(struct run *run, const struct ring_kind *kind)
{
	struct ring ring;

	run->ring = &ring;
	run->ring_name = kind->name;
	int result = ring_open(&ring, kind->setup_flags);
	if (result < 0) {
		row_begin(run, "ring set-up");
		row_skip(run, "io_uring_setup: %s", strerror(-result));
		row_end(run);
		return;
	}
	result = ring_register_buffer(&ring, run->fixed, AREA_BYTES);
	if (result < 0)
		die("registering a buffer: %s", strerror(-result));
	run->flagged = run->combined;
	all_cases(run);
	run->flagged = !run->combined;
	if (run->combined)
		all_cases(run);
	else
		stock_flag_cases(run);
	run->flagged = false;
	nothing_more(run);
	ring_close(&ring);
}

static void watchdog(int signal)
{
	static const char TEXT[] = "conformance: FAIL: not done in time\n";

	(void)signal;
	if (write(STDERR_FILENO, TEXT, sizeof(TEXT) - 1) < 0)
		_exit(1);
	_exit(1);
}

static void introduce(const struct run *run, enum expectation expectation, bool found)
{
	struct utsname name;

	uname(&name);
	printf("kernel %s: %s combined mode at bit %u; expected: %s%s\n", name.release, found ? "has the" : "has no",
	       run->bit, run->combined ? "combined" : "stock", expectation == FIND_OUT ? " (as found)" : "");
	printf("REPORT_USAGE: %s; SENDMSG_ZC with fixed buffers: %s; delayed link: %s\n",
	       run->knows_report_usage ? "known" : "unknown", run->msg_fixed ? "yes" : "no",
	       run->network.delayed_by ? run->network.delayed_by : run->network.no_delay);
	print_heading();
}

int main(int argc, char **argv)
{
	static struct run run;
	struct ring probe_ring;
	enum expectation expectation = read_options(&run, argc, argv);

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (run.list) {
		all_cases(&run);
		stock_flag_cases(&run);
		nothing_more(&run);
		return 0;
	}
	if (geteuid() != 0) {
		printf("skip: needs root, to make network namespaces\n");
		return EXIT_SKIPPED;
	}
	signal(SIGALRM, watchdog);
	alarm(WATCHDOG_SECONDS);
	run.fixed = map(AREA_BYTES, PROT_READ | PROT_WRITE);
	run.plain = map(AREA_BYTES, PROT_READ | PROT_WRITE);
	run.unmapped = map(AREA_BYTES, PROT_NONE);
	int result = network_open(&run.network);
	if (result < 0) {
		printf("skip: unshare(CLONE_NEWNET): %s\n", strerror(-result));
		return EXIT_SKIPPED;
	}
	close_cases_prepare(&run);
	bool found = probe_kernel(&run, &probe_ring);
	run.combined = expectation == FIND_OUT ? found : expectation == COMBINED;
	introduce(&run, expectation, found);
	for (size_t i = 0; i < sizeof(RING_KINDS) / sizeof(RING_KINDS[0]); i++)
		all_of_ring(&run, &RING_KINDS[i]);

	printf("%u ok, %u failed, %u skipped\n", run.passed, run.failed, run.skipped);
	if (run.lines == 0)
		usage_error("no case's name contains ", run.only ? run.only : "");
	return run.failed ? 1 : run.skipped ? EXIT_SKIPPED : 0;
}
