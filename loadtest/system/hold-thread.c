/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stops one thread of a process, and no other, until the process ends: a ring that is stuck, for the watchdog's test.
 * Usage: hold-thread PID NAME
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

static pid_t find(const char *pid, const char *name)
{
	char path[300], comm[64];
	struct dirent *task;
	pid_t found = -1;

	snprintf(path, sizeof(path), "/proc/%s/task", pid);
	DIR *tasks = opendir(path);
	while (tasks && found < 0 && (task = readdir(tasks))) {
		snprintf(path, sizeof(path), "/proc/%s/task/%s/comm", pid, task->d_name);
		FILE *file = fopen(path, "r");
		if (!file)
			continue;
		if (fgets(comm, sizeof(comm), file) && strncmp(comm, name, strlen(name)) == 0 && comm[strlen(name)] == '\n')
			found = atoi(task->d_name);
		fclose(file);
	}
	if (tasks)
		closedir(tasks);
	return found;
}

int main(int argc, char **argv)
{
	int status;

	if (argc != 3) {
		fprintf(stderr, "usage: hold-thread PID NAME\n");
		return 2;
	}
	pid_t thread = find(argv[1], argv[2]);
	if (thread < 0 || ptrace(PTRACE_SEIZE, thread, 0, 0) < 0 || ptrace(PTRACE_INTERRUPT, thread, 0, 0) < 0) {
		fprintf(stderr, "hold-thread: thread %s of %s: %s\n", argv[2], argv[1], thread < 0 ? "not there" : strerror(errno));
		return 1;
	}
	printf("holding %d\n", thread);
	fflush(stdout);
	/* Once for the stop; again when the process has been killed. */
	for (int seen = 0; waitpid(thread, &status, __WALL) == thread && seen < 100; seen++)
		if (WIFEXITED(status) || WIFSIGNALED(status))
			return 0;
	return 0;
}
