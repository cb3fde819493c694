/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets and endpoints. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "loopback.h"

/* Bind, connect and send one datagram between two sockets; both ends must be named as they are. */
static void check_round_trip(uint16_t family)
{
	struct mr_endpoint wanted = loopback_endpoint(family, 0), bound, connected;
	char text[8] = "";

	int32_t receiver = mr_udp_socket(family);
	if (receiver == -EAFNOSUPPORT)
		SKIP("this kernel has no address family %d", family);
	REQUIRE_RANGE(receiver, 0, INT32_MAX);
	int32_t sender = mr_udp_socket(family);
	REQUIRE_RANGE(sender, 0, INT32_MAX);
	REQUIRE_EQ(mr_receive_timeout(receiver, INT64_C(5000000000)), 0);
	int32_t result = mr_socket_bind(receiver, &wanted);
	if (result == -EADDRNOTAVAIL) {
		close(receiver);
		close(sender);
		SKIP("loopback has no address of family %d", family);
	}
	REQUIRE_EQ(result, 0);

	memset(&bound, 0xff, sizeof(bound));
	REQUIRE_EQ(mr_socket_local(receiver, &bound), 0);
	CHECK_EQ(bound.family, family);
	CHECK_RANGE(bound.port, 1, 65535);
	CHECK_EQ(bound.scope, 0);
	CHECK_EQ(memcmp(bound.address, wanted.address, sizeof(bound.address)), 0);

	REQUIRE_EQ(mr_socket_connect(sender, &bound), 0);
	REQUIRE_EQ(mr_socket_local(sender, &connected), 0);
	CHECK_EQ(memcmp(connected.address, wanted.address, sizeof(connected.address)), 0);
	CHECK(connected.port != bound.port);

	CHECK_EQ(mr_socket_send(sender, "mill", 4), 4);
	CHECK_EQ(recv(receiver, text, sizeof(text), 0), 4);
	CHECK_TEXT(text, "mill");
	CHECK_EQ(mr_close(receiver), 0);
	CHECK_EQ(mr_close(sender), 0);
}

static void endpoint_v4_round_trip(void)
{
	check_round_trip(AF_INET);
}

static void endpoint_v6_round_trip(void)
{
	check_round_trip(AF_INET6);
}

static void link_local_peer_needs_its_scope(void)
{
	struct mr_endpoint peer = { .family = AF_INET6, .port = 9, .address = { 0xfe, 0x80, [15] = 1 } };
	int32_t fd = mr_udp_socket(AF_INET6);

	if (fd == -EAFNOSUPPORT)
		SKIP("this kernel has no IPv6");
	REQUIRE_RANGE(fd, 0, INT32_MAX);
	CHECK_EQ(mr_socket_connect(fd, &peer), -EINVAL);
	/* With one it goes on to the routing table, which may hold no such route. */
	peer.scope = 1;
	CHECK(mr_socket_connect(fd, &peer) != -EINVAL);
	CHECK_EQ(mr_close(fd), 0);
}

static void socket_is_closed_on_exec(void)
{
	int32_t fd = mr_udp_socket(AF_INET);

	REQUIRE_RANGE(fd, 0, INT32_MAX);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(mr_close(fd), 0);
}

static void unbound_socket_has_the_empty_address(void)
{
	const uint8_t zeros[16] = { 0 };
	struct mr_endpoint local;
	int32_t fd = mr_udp_socket(AF_INET);

	REQUIRE_RANGE(fd, 0, INT32_MAX);
	CHECK_EQ(mr_socket_local(fd, &local), 0);
	CHECK_EQ(local.family, AF_INET);
	CHECK_EQ(local.port, 0);
	CHECK_EQ(memcmp(local.address, zeros, sizeof(zeros)), 0);
	CHECK_EQ(mr_close(fd), 0);
}

static void unknown_family_is_refused(void)
{
	struct mr_endpoint odd = { .family = AF_UNIX }, local;
	struct loopback_pair pair;
	int ends[2];

	REQUIRE_EQ(loopback_open(&pair), 0);
	CHECK_EQ(mr_udp_socket(9999), -EAFNOSUPPORT);
	CHECK_EQ(mr_socket_connect(pair.sender, &odd), -EAFNOSUPPORT);
	CHECK_EQ(mr_socket_bind(pair.sender, &odd), -EAFNOSUPPORT);
	REQUIRE_EQ(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	CHECK_EQ(mr_socket_local(ends[0], &local), -EAFNOSUPPORT);
	close(ends[0]);
	close(ends[1]);
	loopback_close(&pair);
}

static void bind_reports_address_in_use(void)
{
	struct loopback_pair pair;

	REQUIRE_EQ(loopback_open(&pair), 0);
	int32_t other = mr_udp_socket(AF_INET);
	CHECK_EQ(mr_socket_bind(other, &pair.address), -EADDRINUSE);
	CHECK_EQ(mr_close(other), 0);
	loopback_close(&pair);
}

static void bind_reports_an_address_that_is_not_ours(void)
{
	/* 192.0.2.0/24 is for documentation (RFC 5737). */
	struct mr_endpoint foreign = { .family = AF_INET, .address = { 192, 0, 2, 1 } };
	int32_t fd = mr_udp_socket(AF_INET);

	CHECK_EQ(mr_socket_bind(fd, &foreign), -EADDRNOTAVAIL);
	CHECK_EQ(mr_close(fd), 0);
}

static void connect_reports_a_forbidden_broadcast(void)
{
	struct mr_endpoint broadcast = { .family = AF_INET, .port = 9, .address = { 127, 255, 255, 255 } };
	int32_t fd = mr_udp_socket(AF_INET);

	CHECK_EQ(mr_socket_connect(fd, &broadcast), -EACCES);
	CHECK_EQ(mr_close(fd), 0);
}

static void options_set_and_get(void)
{
	int32_t fd = mr_udp_socket(AF_INET);

	REQUIRE_RANGE(fd, 0, INT32_MAX);
	CHECK_EQ(mr_socket_set(fd, IPPROTO_IP, IP_TTL, 7), 0);
	CHECK_EQ(mr_socket_get(fd, IPPROTO_IP, IP_TTL), 7);
	CHECK_EQ(mr_socket_set(fd, SOL_SOCKET, SO_SNDBUF, 8192), 0);
	CHECK_EQ(mr_socket_get(fd, SOL_SOCKET, SO_SNDBUF), 16384);  /* doubled, socket(7) */
	CHECK_EQ(mr_close(fd), 0);
}

static void options_refuse_bad_values(void)
{
	int32_t fd = mr_udp_socket(AF_INET);

	REQUIRE_RANGE(fd, 0, INT32_MAX);
	CHECK_EQ(mr_socket_set(fd, IPPROTO_IP, IP_TTL, 256), -EINVAL);
	CHECK_EQ(mr_socket_set(fd, SOL_SOCKET, 9999, 1), -ENOPROTOOPT);
	CHECK_EQ(mr_socket_get(fd, SOL_SOCKET, 9999), -ENOPROTOOPT);
	CHECK_EQ(mr_socket_get(fd, IPPROTO_IP, IP_MTU), -ENOTCONN);
	CHECK_EQ(mr_close(fd), 0);
}

static void send_reports_its_errors(void)
{
	static uint8_t large[65536];
	struct loopback_pair pair;
	int32_t unconnected = mr_udp_socket(AF_INET);

	REQUIRE_EQ(loopback_open(&pair), 0);
	CHECK_EQ(mr_socket_send(unconnected, large, 1), -EDESTADDRREQ);
	CHECK_EQ(mr_socket_send(pair.sender, large, sizeof(large)), -EMSGSIZE);
	CHECK_EQ(mr_socket_send(pair.sender, large, 0), 0);  /* an empty datagram is one too */
	CHECK_EQ(mr_close(unconnected), 0);
	loopback_close(&pair);
}

static void send_reports_a_refused_port(void)
{
	struct loopback_pair pair;
	int32_t result = 0;

	REQUIRE_EQ(loopback_open(&pair), 0);
	CHECK_EQ(mr_close(pair.receiver), 0);
	/* The refusal comes by ICMP and shows at a later send; a loaded machine takes more than one for it. */
	for (int i = 0; i < 1000 && result >= 0; i++) {
		result = mr_socket_send(pair.sender, "x", 1);
		CHECK_EQ(loopback_settle(), 0);
	}
	CHECK_EQ(result, -ECONNREFUSED);
	CHECK_EQ(mr_close(pair.sender), 0);
}

static void closed_fd_is_reported(void)
{
	struct mr_endpoint endpoint = loopback_endpoint(AF_INET, 9);
	int32_t fd = closed_fd();

	CHECK_EQ(mr_socket_connect(fd, &endpoint), -EBADF);
	CHECK_EQ(mr_socket_bind(fd, &endpoint), -EBADF);
	CHECK_EQ(mr_socket_local(fd, &endpoint), -EBADF);
	CHECK_EQ(mr_socket_set(fd, SOL_SOCKET, SO_SNDBUF, 8192), -EBADF);
	CHECK_EQ(mr_socket_get(fd, SOL_SOCKET, SO_SNDBUF), -EBADF);
	CHECK_EQ(mr_socket_send(fd, "x", 1), -EBADF);
	CHECK_EQ(mr_close(fd), -EBADF);
}

static void other_descriptors_are_no_sockets(void)
{
	struct mr_endpoint endpoint = loopback_endpoint(AF_INET, 9);
	int32_t fd = mr_eventfd();

	CHECK_EQ(mr_socket_connect(fd, &endpoint), -ENOTSOCK);
	CHECK_EQ(mr_socket_bind(fd, &endpoint), -ENOTSOCK);
	CHECK_EQ(mr_socket_local(fd, &endpoint), -ENOTSOCK);
	CHECK_EQ(mr_socket_set(fd, SOL_SOCKET, SO_SNDBUF, 8192), -ENOTSOCK);
	CHECK_EQ(mr_socket_get(fd, SOL_SOCKET, SO_SNDBUF), -ENOTSOCK);
	CHECK_EQ(mr_socket_send(fd, "x", 1), -ENOTSOCK);
	CHECK_EQ(mr_close(fd), 0);
}

static void departure_times_need_a_clock_that_is_one(void)
{
	int32_t fd = mr_udp_socket(AF_INET);

	CHECK_EQ(mr_socket_txtime(fd, CLOCK_MONOTONIC), 0);
	CHECK_EQ(mr_socket_txtime(fd, 1000), geteuid() == 0 ? -EINVAL : -EPERM);
	CHECK_EQ(mr_close(fd), 0);
	CHECK_EQ(mr_socket_txtime(fd, CLOCK_MONOTONIC), -EBADF);
}

/* A group that only this machine uses, on loopback; the source is this machine too. */
static void groups_are_joined_on_an_interface(void)
{
	struct mr_endpoint group = { .family = AF_INET, .address = { 239, 255, 77, 1 } };
	struct mr_endpoint source = loopback_endpoint(AF_INET, 0), v6 = { .family = AF_INET6 };
	struct mr_endpoint no_group = loopback_endpoint(AF_INET, 0);
	int32_t fd = mr_udp_socket(AF_INET);

	CHECK_EQ(mr_socket_join(fd, &group, NULL, 1), 0);
	CHECK_EQ(mr_socket_join(fd, &group, NULL, 1), -EADDRINUSE);
	CHECK_EQ(mr_socket_join(fd, &no_group, NULL, 1), -EINVAL);
	CHECK_EQ(mr_socket_join(fd, &group, NULL, 1000000), -ENODEV);
	group.address[3] = 2;
	CHECK_EQ(mr_socket_join(fd, &group, &source, 1), 0);
	source.address[3] = 2;
	CHECK_EQ(mr_socket_join(fd, &group, &source, 1), 0);
	v6.address[0] = 0xff;
	v6.address[1] = 0x01;
	v6.address[15] = 0x77;
	int32_t fd6 = mr_udp_socket(AF_INET6);
	if (fd6 != -EAFNOSUPPORT) {
		CHECK_EQ(mr_socket_join(fd6, &v6, NULL, 1), 0);
		CHECK_EQ(mr_close(fd6), 0);
	}
	v6.family = AF_UNIX;
	CHECK_EQ(mr_socket_join(fd, &v6, NULL, 1), -EAFNOSUPPORT);
	CHECK_EQ(mr_socket_join(fd, &group, &v6, 1), -EAFNOSUPPORT);
	CHECK_EQ(mr_close(fd), 0);
	CHECK_EQ(mr_socket_join(fd, &group, NULL, 1), -EBADF);
}

static void drops_of_a_full_receive_buffer_are_counted(void)
{
	struct mr_endpoint local = loopback_endpoint(AF_INET, 0);
	int32_t receiver = mr_udp_socket(AF_INET), sender = mr_udp_socket(AF_INET);

	CHECK_EQ(mr_socket_set(receiver, SOL_SOCKET, SO_RCVBUF, 4096), 0);
	REQUIRE_EQ(mr_socket_bind(receiver, &local), 0);
	REQUIRE_EQ(mr_socket_local(receiver, &local), 0);
	REQUIRE_EQ(mr_socket_connect(sender, &local), 0);
	CHECK_EQ(mr_socket_drops(receiver), 0);
	for (int i = 0; i < 100; i++)
		CHECK_EQ(mr_socket_send(sender, "0123456789", 10), 10);
	CHECK_RANGE(mr_socket_drops(receiver), 1, 99);
	CHECK_EQ(mr_close(receiver), 0);
	CHECK_EQ(mr_close(sender), 0);
	CHECK_EQ(mr_socket_drops(receiver), -EBADF);
}

static void socket_reports_emfile(void)
{
	struct rlimit old, none;

	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	int32_t result = mr_udp_socket(AF_INET);
	setrlimit(RLIMIT_NOFILE, &old);
	CHECK_EQ(result, -EMFILE);
}

const struct test_case socket_cases[] = {
	CASE(endpoint_v4_round_trip),
	CASE(endpoint_v6_round_trip),
	CASE(link_local_peer_needs_its_scope),
	CASE(socket_is_closed_on_exec),
	CASE(unbound_socket_has_the_empty_address),
	CASE(unknown_family_is_refused),
	CASE(bind_reports_address_in_use),
	CASE(bind_reports_an_address_that_is_not_ours),
	CASE(connect_reports_a_forbidden_broadcast),
	CASE(options_set_and_get),
	CASE(options_refuse_bad_values),
	CASE(send_reports_its_errors),
	CASE(send_reports_a_refused_port),
	CASE(closed_fd_is_reported),
	CASE(other_descriptors_are_no_sockets),
	CASE(departure_times_need_a_clock_that_is_one),
	CASE(groups_are_joined_on_an_interface),
	CASE(drops_of_a_full_receive_buffer_are_counted),
	CASE(socket_reports_emfile),
	END_OF_CASES,
};
