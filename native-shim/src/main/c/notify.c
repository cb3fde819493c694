/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "millrace_shim.h"

int32_t mr_notify(const char *path, const char *message, uint32_t bytes)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t length = strlen(path);
	int fd, error;

	/* A path ends with its NUL, which sun_path has to hold too; an abstract name is as long as the address says. */
	if (length == 0 || length >= sizeof(to.sun_path))
		return -EINVAL;
	memcpy(to.sun_path, path, length);
	if (to.sun_path[0] == '@')
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* A service manager that doesn't read must not stop who tells it something. */
	error = sendto(fd, message, bytes, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&to,
		       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0 ? -errno : 0;
	close(fd);
	return error;
}
