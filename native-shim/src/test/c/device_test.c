/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel says about the loopback device, which every network namespace has. */
#define _GNU_SOURCE
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "loopback.h"

static struct mr_endpoint loopback_peer(uint16_t family)
{
	struct mr_endpoint peer = { .family = family, .port = 9 };

	if (family == AF_INET) {
		peer.address[0] = 127;
		peer.address[3] = 1;
	} else {
		peer.address[15] = 1;
	}
	return peer;
}

static void route_to_loopback_leads_over_lo(void)
{
	struct mr_endpoint v4 = loopback_peer(AF_INET);

	CHECK_EQ(mr_route_device(&v4, 0), if_nametoindex("lo"));
}

static void ipv6_route_to_loopback_leads_over_lo(void)
{
	struct mr_endpoint v6 = loopback_peer(AF_INET6);
	int32_t device = mr_route_device(&v6, 0);

	if (device == -ENETUNREACH || device == -EADDRNOTAVAIL || device == -EOPNOTSUPP)
		SKIP("no IPv6 here: %s", mr_errno_name(-device));
	CHECK_EQ(device, if_nametoindex("lo"));
}

static void route_over_a_device_that_is_not_there_is_refused(void)
{
	struct mr_endpoint peer = loopback_peer(AF_INET);

	CHECK_RANGE(mr_route_device(&peer, 1u << 30), -4095, -1);
}

static void route_of_another_family_is_refused(void)
{
	struct mr_endpoint peer = loopback_peer(AF_INET);

	peer.family = AF_UNIX;
	CHECK_EQ(mr_route_device(&peer, 0), -EAFNOSUPPORT);
}

static void loopback_has_a_qdisc(void)
{
	char kind[IFNAMSIZ] = "";

	CHECK_EQ(mr_device_qdisc(if_nametoindex("lo"), kind, sizeof(kind)), 0);
	CHECK(strlen(kind) > 0);
}

static void qdisc_kind_is_cut_to_the_room_there_is(void)
{
	char kind[4] = "xxx";

	CHECK_EQ(mr_device_qdisc(if_nametoindex("lo"), kind, 3), 0);
	CHECK_EQ(strlen(kind), 2);
	CHECK_EQ(kind[3], 0);
}

static void qdisc_of_no_device_is_not_found(void)
{
	char kind[IFNAMSIZ] = "";

	CHECK_EQ(mr_device_qdisc(1u << 30, kind, sizeof(kind)), -ENODATA);
}

static void loopback_has_no_etf(void)
{
	int32_t delta = -1;
	uint32_t flags = 1;

	CHECK_EQ(mr_device_etf(if_nametoindex("lo"), &delta, &flags), -ENODATA);
	CHECK_EQ(mr_device_etf(1u << 30, &delta, &flags), -ENODATA);
	CHECK_EQ(delta, 0);
	CHECK_EQ(flags, 0);
}

static void loopback_takes_trains_whole(void)
{
	CHECK_EQ(mr_device_segments("lo"), 1);
}

static void segmentation_of_no_device_is_refused(void)
{
	CHECK_EQ(mr_device_segments("nowhere0"), -ENODEV);
}

const struct test_case device_cases[] = {
	CASE(route_to_loopback_leads_over_lo),
	CASE(ipv6_route_to_loopback_leads_over_lo),
	CASE(route_over_a_device_that_is_not_there_is_refused),
	CASE(route_of_another_family_is_refused),
	CASE(loopback_has_a_qdisc),
	CASE(qdisc_kind_is_cut_to_the_room_there_is),
	CASE(qdisc_of_no_device_is_not_found),
	CASE(loopback_has_no_etf),
	CASE(loopback_takes_trains_whole),
	CASE(segmentation_of_no_device_is_refused),
	END_OF_CASES,
};
