/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PAYLOAD 65507  /* 65,535 less the IPv4 and UDP headers */

static const char USAGE[] =
	"usage: reference-sender --to HOST:PORT --size BYTES (--count REQUESTS | --seconds S) [options]\n"
	"  --to HOST:PORT     IPv4, [IPv6] or a name\n"
	"  --targets N        one connected socket each to the ports PORT to PORT+N-1, in turn (1)\n"
	"  --run N            requests that one target gets before the next has its turn (1)\n"
	"  --shared-socket    instead of these one unconnected socket, and the target's address with each send\n"
	"  --size BYTES       payload of a datagram, 1 to 65507\n"
	"  --segments N       datagrams per request, 1 to 128 (64 before Linux 6.9): more than one leave as a train by UDP_SEGMENT (1)\n"
	"  --count REQUESTS   how many to send\n"
	"  --seconds S        stop after so long, if the count is not reached before\n"
	"  --rate N           datagrams per second, kept by spinning (as fast as it goes)\n"
	"  --paced N          datagrams per second of each target, which is a stream of its own with the daemon's schedule\n"
	"                     (see schedule.h); needs a ring, and reports how late they were\n"
	"  --burst MS         with --paced: what is overdue by more is forgiven, 0 to 1000 (5)\n"
	"  --warm-up S        with --paced: lateness doesn't count before\n"
	"  --batch N          requests per pass, 1 to 4096 (32)\n"
	"  --slots N          slots of registered memory: the most requests in flight, 1 to 16384 (512)\n"
	"  --slot-size BYTES  a multiple of 64 (65536)\n"
	"  --huge-pages       slots in huge pages; then see map_slab() for what the kernel makes of it\n"
	"  --entries N        submission queue entries, a power of two (1024)\n"
	"  --cpu N            pin the thread to this CPU\n"
	"  --sqpoll-cpu N     a kernel thread on this CPU takes the requests (IORING_SETUP_SQPOLL)\n"
	"  --op OP            send_zc, send (both on a ring) or sendmmsg; on connected sockets sendmmsg gives each target a batch in turn (send_zc)\n"
	"  --combine-bit N    ask for one completion per zero-copy request with this bit of sqe->ioprio (a patched kernel)\n"
	"  --sequenced        payloads begin with sequence number and send time, as loadtest/receive reads them\n"
	"Prints one JSON object. Exit: 0 done, 1 the kernel refused something, 2 usage.\n";

__attribute__((noreturn, format(printf, 1, 2))) static void usage_error(const char *format, ...)
{
	va_list arguments;

	fputs("reference-sender: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs("\nTry reference-sender --help\n", stderr);
	exit(2);
}

static uint64_t number(const char *option, const char *text, uint64_t least, uint64_t most)
{
	char *end;

	errno = 0;
	uint64_t value = strtoull(text, &end, 10);
	if (errno || end == text || *end || text[0] == '-' || value < least || value > most)
		usage_error("--%s %s: a whole number from %llu to %llu is wanted", option, text,
			    (unsigned long long)least, (unsigned long long)most);
	return value;
}

static double positive(const char *option, const char *text, double most)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value > 0 && value <= most))
		usage_error("--%s %s: a number above 0, at most %.0f, is wanted", option, text, most);
	return value;
}

static enum send_op op_of(const char *text)
{
	for (enum send_op op = OP_SEND_ZC; op <= OP_SENDMMSG; op++)
		if (strcmp(text, options_op_name(op)) == 0)
			return op;
	usage_error("--op %s: send_zc, send or sendmmsg is wanted", text);
}

static void resolve(struct mr_endpoint *endpoint, const char *text)
{
	char host[256];
	const char *colon = strrchr(text, ':');

	if (!colon || colon == text || (size_t)(colon - text) >= sizeof(host))
		usage_error("--to %s: HOST:PORT is wanted, for example 127.0.0.1:5004 or [::1]:5004", text);
	size_t length = (size_t)(colon - text);
	if (text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	} else if (memchr(text, ':', length)) {
		usage_error("--to %s: an IPv6 address is written in brackets: [::1]:5004", text);
	}
	memcpy(host, text, length);
	host[length] = 0;

	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	struct addrinfo *found;
	int error = getaddrinfo(host, NULL, &hints, &found);
	if (error)
		usage_error("--to: can't resolve %s: %s", host, gai_strerror(error));
	memset(endpoint, 0, sizeof(*endpoint));
	endpoint->family = (uint16_t)found->ai_family;
	endpoint->port = (uint16_t)number("to", colon + 1, 1, 65535);
	if (found->ai_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)found->ai_addr;
		memcpy(endpoint->address, &v4->sin_addr, sizeof(v4->sin_addr));
	} else {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)found->ai_addr;
		memcpy(endpoint->address, &v6->sin6_addr, sizeof(v6->sin6_addr));
		endpoint->scope = v6->sin6_scope_id;
	}
	freeaddrinfo(found);
}

static void check_together(const struct options *options, bool counted)
{
	if (!options->to.port)
		usage_error("--to HOST:PORT is missing");
	if (!options->size)
		usage_error("--size BYTES is missing");
	if (!counted && options->seconds == 0)
		usage_error("--count REQUESTS or --seconds S is missing");
	if (options->size * options->segments > MAX_PAYLOAD)
		usage_error("--size %u times --segments %u is more than %u", options->size, options->segments, MAX_PAYLOAD);
	if (options->size * options->segments > options->slot_size)
		usage_error("--size %u times --segments %u is more than --slot-size %u holds", options->size,
			    options->segments, options->slot_size);
	if (options->slot_size % 64)
		usage_error("--slot-size %u: a multiple of 64 is wanted", options->slot_size);
	if (options->entries & (options->entries - 1))
		usage_error("--entries %u: a power of two is wanted", options->entries);
	if (options->batch > options->entries)
		usage_error("--batch %u is more than --entries %u", options->batch, options->entries);
	if (options->to.port + options->targets - 1 > 65535)
		usage_error("--targets %u: the last port would be %u", options->targets,
			    options->to.port + options->targets - 1);
	if (options->sqpoll_cpu >= 0 && options->op == OP_SENDMMSG)
		usage_error("--sqpoll-cpu needs a ring, and --op sendmmsg has none");
	if (options->paced && (options->rate > 0 || options->segments > 1 || options->shared_socket))
		usage_error("--paced: --rate, --segments and --shared-socket are for others");
	if (options->paced && (options->op == OP_SENDMMSG || options->sqpoll_cpu >= 0))
		usage_error("--paced needs --op send_zc or send, and no --sqpoll-cpu");
	if (options->sequenced && options->size < 16)
		usage_error("--sequenced needs --size 16 or more for its header");
}

void options_parse(struct options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{ "to", required_argument, NULL, 't' },
		{ "targets", required_argument, NULL, 'T' },
		{ "shared-socket", no_argument, NULL, 'U' },
		{ "size", required_argument, NULL, 's' },
		{ "run", required_argument, NULL, 'R' },
		{ "segments", required_argument, NULL, 'g' },
		{ "batch", required_argument, NULL, 'b' },
		{ "slots", required_argument, NULL, 'S' },
		{ "slot-size", required_argument, NULL, 'z' },
		{ "entries", required_argument, NULL, 'e' },
		{ "count", required_argument, NULL, 'n' },
		{ "seconds", required_argument, NULL, 'd' },
		{ "rate", required_argument, NULL, 'r' },
		{ "paced", required_argument, NULL, 'P' },
		{ "burst", required_argument, NULL, 'u' },
		{ "warm-up", required_argument, NULL, 'w' },
		{ "cpu", required_argument, NULL, 'c' },
		{ "sqpoll-cpu", required_argument, NULL, 'p' },
		{ "op", required_argument, NULL, 'o' },
		{ "combine-bit", required_argument, NULL, 'B' },
		{ "huge-pages", no_argument, NULL, 'H' },
		{ "sequenced", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int which;
	int index = 0;

	*options = (struct options){
		.targets = 1, .run = 1, .segments = 1, .batch = 32, .slots = 512, .slot_size = 65536, .entries = 1024,
		.count = UINT64_MAX, .burst_ms = 5, .cpu = -1, .sqpoll_cpu = -1, .combine_bit = -1, .op = OP_SEND_ZC,
	};
	while ((which = getopt_long(argc, argv, "", known, &index)) != -1) {
		const char *name = known[index].name;
		switch (which) {
		case 't': resolve(&options->to, optarg); break;
		case 'T': options->targets = (uint32_t)number(name, optarg, 1, 65535); break;
		case 's': options->size = (uint32_t)number(name, optarg, 1, MAX_PAYLOAD); break;
		case 'R': options->run = (uint32_t)number(name, optarg, 1, 4096); break;
		case 'g': options->segments = (uint32_t)number(name, optarg, 1, 128); break;
		case 'b': options->batch = (uint32_t)number(name, optarg, 1, 4096); break;
		case 'S': options->slots = (uint32_t)number(name, optarg, 1, 16384); break;
		case 'z': options->slot_size = (uint32_t)number(name, optarg, 64, 1 << 20); break;
		case 'e': options->entries = (uint32_t)number(name, optarg, 1, 32768); break;
		case 'n': options->count = number(name, optarg, 1, UINT64_MAX - 1); break;
		case 'd': options->seconds = positive(name, optarg, 86400); break;
		case 'r': options->rate = positive(name, optarg, 1e9); break;
		case 'P': options->paced = (uint32_t)number(name, optarg, 1, 1000000); break;
		case 'u': options->burst_ms = (uint32_t)number(name, optarg, 0, 1000); break;
		case 'w': options->warm_up = positive(name, optarg, 86400); break;
		case 'c': options->cpu = (int32_t)number(name, optarg, 0, 1023); break;
		case 'p': options->sqpoll_cpu = (int32_t)number(name, optarg, 0, 1023); break;
		case 'o': options->op = op_of(optarg); break;
		case 'B': options->combine_bit = (int32_t)number(name, optarg, 0, 15); break;
		case 'U': options->shared_socket = true; break;
		case 'H': options->huge_pages = true; break;
		case 'q': options->sequenced = true; break;
		case 'h': fputs(USAGE, stdout); exit(0);
		default: fputs("Try reference-sender --help\n", stderr); exit(2);
		}
	}
	if (optind < argc)
		usage_error("%s: every argument belongs to an option", argv[optind]);
	check_together(options, options->count != UINT64_MAX);
}

const char *options_op_name(enum send_op op)
{
	switch (op) {
	case OP_SEND_ZC: return "send_zc";
	case OP_SEND: return "send";
	case OP_SENDMMSG: return "sendmmsg";
	}
	return "?";
}
