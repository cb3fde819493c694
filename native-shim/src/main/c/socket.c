/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "millrace_shim.h"

/* Returns the length of the socket address, or -EAFNOSUPPORT. */
static int32_t to_socket_address(const struct mr_endpoint *endpoint, struct sockaddr_storage *storage)
{
	memset(storage, 0, sizeof(*storage));
	if (endpoint->family == AF_INET) {
		struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
		v4->sin_family = AF_INET;
		v4->sin_port = htons(endpoint->port);
		memcpy(&v4->sin_addr, endpoint->address, sizeof(v4->sin_addr));
		return sizeof(*v4);
	}
	if (endpoint->family == AF_INET6) {
		struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(endpoint->port);
		v6->sin6_scope_id = endpoint->scope;
		memcpy(&v6->sin6_addr, endpoint->address, sizeof(v6->sin6_addr));
		return sizeof(*v6);
	}
	return -EAFNOSUPPORT;
}

int32_t mr_udp_socket(int32_t family)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);
	return fd < 0 ? -errno : fd;
}

int32_t mr_socket_connect(int32_t fd, const struct mr_endpoint *peer)
{
	struct sockaddr_storage address;
	int32_t length = to_socket_address(peer, &address);

	if (length < 0)
		return length;
	return connect(fd, (struct sockaddr *)&address, (socklen_t)length) < 0 ? -errno : 0;
}

int32_t mr_socket_bind(int32_t fd, const struct mr_endpoint *local)
{
	struct sockaddr_storage address;
	int32_t length = to_socket_address(local, &address);

	if (length < 0)
		return length;
	return bind(fd, (struct sockaddr *)&address, (socklen_t)length) < 0 ? -errno : 0;
}

int32_t mr_socket_local(int32_t fd, struct mr_endpoint *local)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	memset(local, 0, sizeof(*local));
	if (getsockname(fd, (struct sockaddr *)&address, &length) < 0)
		return -errno;
	local->family = address.ss_family;
	if (address.ss_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address;
		local->port = ntohs(v4->sin_port);
		memcpy(local->address, &v4->sin_addr, sizeof(v4->sin_addr));
		return 0;
	}
	if (address.ss_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address;
		local->port = ntohs(v6->sin6_port);
		local->scope = v6->sin6_scope_id;
		memcpy(local->address, &v6->sin6_addr, sizeof(v6->sin6_addr));
		return 0;
	}
	return -EAFNOSUPPORT;
}

int32_t mr_socket_set(int32_t fd, int32_t level, int32_t option, int32_t value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

int32_t mr_socket_get(int32_t fd, int32_t level, int32_t option)
{
	int value = 0;
	socklen_t length = sizeof(value);

	return getsockopt(fd, level, option, &value, &length) < 0 ? -errno : value;
}

int64_t mr_socket_drops(int32_t fd)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t length = sizeof(info);

	return getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &length) < 0 ? -errno : (int64_t)info[SK_MEMINFO_DROPS];
}

int32_t mr_socket_txtime(int32_t fd, int32_t clock)
{
	struct sock_txtime option = { .clockid = clock };

	return setsockopt(fd, SOL_SOCKET, SO_TXTIME, &option, sizeof(option)) < 0 ? -errno : 0;
}

int32_t mr_socket_join(int32_t fd, const struct mr_endpoint *group, const struct mr_endpoint *source,
		       uint32_t interface)
{
	int level = group->family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
	struct group_source_req wanted = { .gsr_interface = interface };
	int32_t length = to_socket_address(group, &wanted.gsr_group);

	if (length < 0)
		return length;
	if (source == NULL) {
		struct group_req any = { .gr_interface = interface, .gr_group = wanted.gsr_group };

		return setsockopt(fd, level, MCAST_JOIN_GROUP, &any, sizeof(any)) < 0 ? -errno : 0;
	}
	length = to_socket_address(source, &wanted.gsr_source);
	if (length < 0)
		return length;
	return setsockopt(fd, level, MCAST_JOIN_SOURCE_GROUP, &wanted, sizeof(wanted)) < 0 ? -errno : 0;
}

int32_t mr_socket_send(int32_t fd, const void *data, uint32_t bytes)
{
	ssize_t sent = send(fd, data, bytes, MSG_NOSIGNAL);
	return sent < 0 ? -errno : (int32_t)sent;
}

int32_t mr_close(int32_t fd)
{
	return close(fd) < 0 ? -errno : 0;
}
