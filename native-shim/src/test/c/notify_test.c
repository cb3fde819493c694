/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to a service manager, here a socket of our own. */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "millrace_shim.h"

/* A bound datagram socket; '@' at the beginning of the name: an abstract one. */
static int manager(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(address.sun_path, name, strlen(name));
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	return fd >= 0 && bind(fd, (struct sockaddr *)&address, length) == 0 ? fd : -1;
}

static void arrives(const char *name)
{
	char text[64] = "";
	int fd = manager(name);

	REQUIRE(fd >= 0);
	CHECK_EQ(mr_notify(name, "READY=1\nSTATUS=x", 16), 0);
	CHECK_EQ(recv(fd, text, sizeof(text) - 1, 0), 16);
	CHECK_TEXT(text, "READY=1\nSTATUS=x");
	close(fd);
}

static void notification_arrives_at_an_abstract_socket(void)
{
	char name[64];

	snprintf(name, sizeof(name), "@millrace-notify-%d", getpid());
	arrives(name);
}

static void notification_arrives_at_a_path(void)
{
	char name[64];

	snprintf(name, sizeof(name), "/tmp/millrace-notify-%d", getpid());
	arrives(name);
	unlink(name);
}

static void notification_without_a_manager_says_so(void)
{
	CHECK_EQ(mr_notify("/nowhere/notify", "READY=1", 7), -ENOENT);
	CHECK_EQ(mr_notify("@millrace-nobody", "READY=1", 7), -ECONNREFUSED);
}

static void notification_refuses_names_that_do_not_fit(void)
{
	char name[200];

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	CHECK_EQ(mr_notify(name, "READY=1", 7), -EINVAL);
	CHECK_EQ(mr_notify("", "READY=1", 7), -EINVAL);
}

static void notification_never_waits_for_a_manager_that_does_not_read(void)
{
	char name[64];
	int fd, result = 0;

	snprintf(name, sizeof(name), "@millrace-full-%d", getpid());
	fd = manager(name);
	REQUIRE(fd >= 0);
	for (int sent = 0; sent < 100000 && result == 0; sent++)
		result = mr_notify(name, "WATCHDOG=1", 10);
	CHECK_EQ(result, -EAGAIN);
	close(fd);
}

const struct test_case notify_cases[] = {
	CASE(notification_arrives_at_an_abstract_socket),
	CASE(notification_arrives_at_a_path),
	CASE(notification_without_a_manager_says_so),
	CASE(notification_refuses_names_that_do_not_fit),
	CASE(notification_never_waits_for_a_manager_that_does_not_read),
	END_OF_CASES,
};
