/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Usage: forbid-io-uring ERRNO COMMAND...
 * Runs the command under a seccomp filter that answers ERRNO to io_uring_setup, io_uring_enter and io_uring_register, as the
 * profiles of containers do. Exit: the command's; 125 no filter, 127 no command.
 */
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* On every architecture; 426 is io_uring_enter. */
#define IO_URING_SETUP 425
#define IO_URING_REGISTER 427

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: forbid-io-uring ERRNO COMMAND...\n");
		return 125;
	}
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, IO_URING_SETUP, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, IO_URING_REGISTER, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)atoi(argv[1])),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
		perror("forbid-io-uring: seccomp");
		return 125;
	}
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
