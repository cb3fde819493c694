/* SPDX-License-Identifier: Apache-2.0 */
/* A body that changes what a process can't take back, like its user or a hard limit, runs in a child. */
#ifndef MILLRACE_CHILD_H
#define MILLRACE_CHILD_H

#include <sys/wait.h>
#include <unistd.h>

/* The body's result, 0 to 255, or -1 if the child died. */
static inline int in_child(int (*body)(void))
{
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		_exit(body());
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

#endif
