/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "network.h"
#include "ring.h"

#define DISCARD_PORT 9
#define PRIMER_BYTES 1472  /* the largest that a 1500-byte MTU takes */
#define FILL_LIMIT 64

/* Runs a command line without a shell; words are separated by single spaces. Returns the exit code. */
static int run_command(const char *line)
{
	char copy[256];
	char *words[40];
	int count = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok(copy, " "); word && count < 39; word = strtok(NULL, " "))
		words[count++] = word;
	words[count] = NULL;
	fflush(stdout);
	pid_t child = fork();
	if (child < 0)
		return 127;
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		int null = open("/dev/null", O_RDWR);
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execvp(words[0], words);
		_exit(127);
	}
	int status;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

__attribute__((format(printf, 1, 2))) static bool command(const char *format, ...)
{
	char line[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	return run_command(line) == 0;
}

static void enter_namespace(int namespace)
{
	if (setns(namespace, CLONE_NEWNET) < 0)
		die("setns: %s", strerror(errno));
}

/* IPv6's own chatter (neighbour and multicast reports) would take places in the queues under test. */
static void disable_ipv6(void)
{
	int fd = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;  /* a kernel without IPv6 */
	if (write(fd, "1", 1) != 1)
		fprintf(stderr, "conformance: IPv6 stays on in the test's namespace: %s\n", strerror(errno));
	close(fd);
}

static int make_namespace(void)
{
	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	disable_ipv6();
	if (!command("ip link set lo up"))
		die("`ip link set lo up` failed: is iproute2 installed?");
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Link `n` is 10.77.n.0/24 over zc<n>near and zc<n>far; addresses are resolved beforehand, so no ARP takes part. */
static bool make_link(struct network *network, int n)
{
	bool made = command("ip link add zc%dnear address 02:00:00:00:%02d:01 type veth peer name zc%dfar address "
			    "02:00:00:00:%02d:02", n, n, n, n) &&
		command("ip link set zc%dfar netns /proc/%d/fd/%d", n, getpid(), network->far_namespace) &&
		command("ip addr add 10.77.%d.1/24 dev zc%dnear", n, n) &&
		command("ip link set zc%dnear up", n) &&
		command("ip neigh replace 10.77.%d.2 lladdr 02:00:00:00:%02d:02 dev zc%dnear nud permanent", n, n, n);
	if (!made)
		return false;
	enter_namespace(network->far_namespace);
	made = command("ip addr add 10.77.%d.2/24 dev zc%dfar", n, n) && command("ip link set zc%dfar up", n) &&
		command("ip neigh replace 10.77.%d.1 lladdr 02:00:00:00:%02d:01 dev zc%dfar nud permanent", n, n, n);
	enter_namespace(network->near_namespace);
	return made;
}

static void make_delayed_link(struct network *network)
{
	if (!make_link(network, 1)) {
		snprintf(network->no_delay, sizeof(network->no_delay), "no veth pair (ip link add failed)");
		return;
	}
	if (command("tc qdisc replace dev zc1near root netem delay %dms", DELAY_MS))
		network->delayed_by = "netem";
	/* 4,000 bytes a second: a bucket of one packet lets the second one wait 340 ms. */
	else if (command("tc qdisc replace dev zc1near root tbf rate 32kbit burst 1600 limit 60000"))
		network->delayed_by = "tbf";
	else
		snprintf(network->no_delay, sizeof(network->no_delay), "no sch_netem, no sch_tbf (tc qdisc failed)");
	network->delayed = ipv4("10.77.1.2", 0);
}

static void make_full_link(struct network *network)
{
	if (!make_link(network, 2))
		snprintf(network->no_full, sizeof(network->no_full), "no veth pair (ip link add failed)");
	/* 100 bytes a second: once full, the queue has no room again before the test is over. */
	else if (!command("tc qdisc replace dev zc2near root tbf rate 800bit burst 1600 limit 1600"))
		snprintf(network->no_full, sizeof(network->no_full), "no sch_tbf (tc qdisc failed)");
	network->full = ipv4("10.77.2.2", DISCARD_PORT);
}

int network_open(struct network *network)
{
	memset(network, 0, sizeof(*network));
	network->far_namespace = make_namespace();
	if (network->far_namespace < 0)
		return network->far_namespace;
	network->near_namespace = make_namespace();
	if (network->near_namespace < 0)
		return network->near_namespace;
	make_delayed_link(network);
	make_full_link(network);
	return 0;
}

void network_arm_delay(struct network *network)
{
	static const char zeros[PRIMER_BYTES];

	if (strcmp(network->delayed_by, "tbf"))
		return;
	struct sockaddr_in to = network->delayed;
	to.sin_port = htons(DISCARD_PORT);
	int fd = udp_connected(&to);
	if (send(fd, zeros, sizeof(zeros), MSG_DONTWAIT) < 0)
		die("send over the delayed link: %s", strerror(errno));
	close(fd);
}

bool network_fill(struct network *network)
{
	static const char zeros[PRIMER_BYTES];
	int on = 1;
	int fd = udp_connected(&network->full);
	bool refused = false;

	/* Without IP_RECVERR UDP hides the refusal. */
	setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
	for (int i = 0; i < FILL_LIMIT && !refused; i++)
		refused = send(fd, zeros, 1400, MSG_DONTWAIT) < 0 && errno == ENOBUFS;
	close(fd);
	return refused;
}
