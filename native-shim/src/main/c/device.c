/* SPDX-License-Identifier: Apache-2.0 */
/* Which device a datagram leaves by, and what that does with it: asked of rtnetlink(7) and ethtool's ioctl. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "millrace_shim.h"

#define MOST_FEATURES 256  /* some 60 today */
#define REPLY_BYTES 32768

union request {
	struct nlmsghdr header;
	char bytes[128];
};

static int32_t open_netlink(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	return fd < 0 ? -errno : fd;
}

static void *begin(union request *request, uint16_t type, uint16_t flags, size_t body_bytes)
{
	memset(request, 0, sizeof(*request));
	request->header.nlmsg_len = (uint32_t)NLMSG_LENGTH(body_bytes);
	request->header.nlmsg_type = type;
	request->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	return NLMSG_DATA(&request->header);
}

static void attach(union request *request, uint16_t type, const void *data, size_t bytes)
{
	struct rtattr *attribute = (struct rtattr *)(request->bytes + NLMSG_ALIGN(request->header.nlmsg_len));

	attribute->rta_type = type;
	attribute->rta_len = (uint16_t)RTA_LENGTH(bytes);
	memcpy(RTA_DATA(attribute), data, bytes);
	request->header.nlmsg_len = (uint32_t)(NLMSG_ALIGN(request->header.nlmsg_len) + RTA_LENGTH(bytes));
}

static const struct rtattr *find(const struct rtattr *attributes, size_t bytes, uint16_t type)
{
	for (int32_t left = (int32_t)bytes; RTA_OK(attributes, left); attributes = RTA_NEXT(attributes, left))
		if (attributes->rta_type == type)
			return attributes;
	return NULL;
}

int32_t mr_route_device(const struct mr_endpoint *peer, uint32_t bound)
{
	union request request;
	_Alignas(struct nlmsghdr) char reply[4096];
	size_t address_bytes = peer->family == AF_INET ? 4 : 16;
	struct rtmsg *route = begin(&request, RTM_GETROUTE, 0, sizeof(*route));
	int32_t fd, result = -ENODATA;
	ssize_t got;

	if (peer->family != AF_INET && peer->family != AF_INET6)
		return -EAFNOSUPPORT;
	route->rtm_family = (unsigned char)peer->family;
	route->rtm_dst_len = (unsigned char)(address_bytes * 8);
	attach(&request, RTA_DST, peer->address, address_bytes);
	if (bound == 0)
		bound = peer->scope;
	if (bound)
		attach(&request, RTA_OIF, &bound, sizeof(bound));
	fd = open_netlink();
	if (fd < 0)
		return fd;
	if (send(fd, &request, request.header.nlmsg_len, 0) < 0 || (got = recv(fd, reply, sizeof(reply), 0)) < 0) {
		result = -errno;
		close(fd);
		return result;
	}
	close(fd);

	const struct nlmsghdr *header = (const struct nlmsghdr *)reply;
	if (!NLMSG_OK(header, (size_t)got))
		return -EPROTO;
	if (header->nlmsg_type == NLMSG_ERROR)
		return ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
	const struct rtattr *device = find(RTM_RTA(NLMSG_DATA(header)), RTM_PAYLOAD(header), RTA_OIF);
	if (device)
		memcpy(&result, RTA_DATA(device), sizeof(result));
	return result;
}

/* What packets meet: the root, or where that only spreads them over queues (mq), the first of these. */
struct qdisc_search {
	uint32_t device;
	uint32_t root;
	int32_t found;
	int32_t spreads;
	char *kind;
	uint32_t bytes;
	struct tc_etf_qopt etf;
};

static struct tc_etf_qopt etf_options(const struct nlmsghdr *header)
{
	const struct rtattr *options = find(TCA_RTA(NLMSG_DATA(header)), TCA_PAYLOAD(header), TCA_OPTIONS);
	const struct rtattr *parameters =
		options ? find(RTA_DATA(options), RTA_PAYLOAD(options), TCA_ETF_PARMS) : NULL;
	struct tc_etf_qopt etf = { 0 };

	if (parameters && RTA_PAYLOAD(parameters) >= sizeof(etf))
		memcpy(&etf, RTA_DATA(parameters), sizeof(etf));
	return etf;
}

static void look_at(struct qdisc_search *search, const struct nlmsghdr *header)
{
	const struct tcmsg *qdisc = NLMSG_DATA(header);
	const struct rtattr *kind = find(TCA_RTA(qdisc), TCA_PAYLOAD(header), TCA_KIND);
	int32_t is_root = qdisc->tcm_parent == TC_H_ROOT;

	if ((uint32_t)qdisc->tcm_ifindex != search->device || !kind)
		return;
	if (!is_root && !(search->spreads && TC_H_MAJ(qdisc->tcm_parent) == TC_H_MAJ(search->root)))
		return;
	strncpy(search->kind, RTA_DATA(kind), search->bytes - 1);
	search->kind[search->bytes - 1] = 0;
	search->found = 1;
	if (strcmp(search->kind, "etf") == 0)
		search->etf = etf_options(header);
	search->root = is_root ? qdisc->tcm_handle : search->root;
	search->spreads = is_root && strncmp(search->kind, "mq", 2) == 0;
}

static int32_t look_for_qdisc(struct qdisc_search *search)
{
	union request request;
	_Alignas(struct nlmsghdr) char reply[REPLY_BYTES];
	struct tcmsg *all = begin(&request, RTM_GETQDISC, NLM_F_DUMP, sizeof(*all));
	int32_t fd = open_netlink();
	int32_t result = 1;

	if (fd < 0)
		return fd;
	all->tcm_family = AF_UNSPEC;
	if (send(fd, &request, request.header.nlmsg_len, 0) < 0)
		result = -errno;
	while (result == 1) {
		ssize_t got = recv(fd, reply, sizeof(reply), 0);

		if (got <= 0) {
			result = got < 0 ? -errno : -EPROTO;
			break;
		}
		for (const struct nlmsghdr *header = (const struct nlmsghdr *)reply;
		     NLMSG_OK(header, (size_t)got) && result == 1; header = NLMSG_NEXT(header, got)) {
			if (header->nlmsg_type == NLMSG_DONE)
				result = 0;
			else if (header->nlmsg_type == NLMSG_ERROR)
				result = ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
			else if (header->nlmsg_type == RTM_NEWQDISC)
				look_at(search, header);
		}
	}
	close(fd);
	return result == 0 && !search->found ? -ENODATA : result;
}

int32_t mr_device_qdisc(uint32_t device, char *kind, uint32_t bytes)
{
	struct qdisc_search search = { .device = device, .kind = kind, .bytes = bytes };

	return look_for_qdisc(&search);
}

int32_t mr_device_etf(uint32_t device, int32_t *delta_ns, uint32_t *flags)
{
	char kind[IFNAMSIZ] = "";
	struct qdisc_search search = { .device = device, .kind = kind, .bytes = sizeof(kind) };
	int32_t result = look_for_qdisc(&search);

	if (result == 0 && strcmp(kind, "etf") != 0)
		result = -ENODATA;
	*delta_ns = search.etf.delta;
	*flags = search.etf.flags;
	return result;
}

static int32_t ethtool(int32_t fd, const char *device, void *command)
{
	struct ifreq request;

	memset(&request, 0, sizeof(request));
	strncpy(request.ifr_name, device, IFNAMSIZ - 1);
	request.ifr_data = command;
	return ioctl(fd, SIOCETHTOOL, &request) < 0 ? -errno : 0;
}

/* The number of a feature among the device's, or -errno. */
static int32_t feature_number(int32_t fd, const char *device, const char *feature)
{
	struct {
		struct ethtool_sset_info info;
		uint32_t count;
	} set = { .info = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ULL << ETH_SS_FEATURES } };
	struct {
		struct ethtool_gstrings head;
		char names[MOST_FEATURES][ETH_GSTRING_LEN];
	} strings = { .head = { .cmd = ETHTOOL_GSTRINGS, .string_set = ETH_SS_FEATURES } };
	int32_t result = ethtool(fd, device, &set);

	if (result < 0)
		return result;
	if (set.info.sset_mask == 0 || set.count > MOST_FEATURES)
		return -EOPNOTSUPP;
	strings.head.len = set.count;
	result = ethtool(fd, device, &strings);
	if (result < 0)
		return result;
	for (uint32_t i = 0; i < set.count; i++)
		if (strncmp(strings.names[i], feature, ETH_GSTRING_LEN) == 0)
			return (int32_t)i;
	return -EOPNOTSUPP;
}

int32_t mr_device_segments(const char *device)
{
	struct {
		struct ethtool_gfeatures head;
		struct ethtool_get_features_block blocks[MOST_FEATURES / 32];
	} features = { .head = { .cmd = ETHTOOL_GFEATURES, .size = MOST_FEATURES / 32 } };
	int32_t fd = mr_udp_socket(AF_INET);
	int32_t number, result;

	if (fd < 0)
		return fd;
	number = feature_number(fd, device, "tx-udp-segmentation");
	result = number < 0 ? number : ethtool(fd, device, &features);
	close(fd);
	if (result < 0)
		return result;
	return features.blocks[number / 32].active >> number % 32 & 1;
}
