/* SPDX-License-Identifier: Apache-2.0 */
/* The table: a row from its beginning to its verdict. */
#define _GNU_SOURCE
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

#define MOST_LINES 600  /* rows beyond these are only counted; a run against a combined kernel has 600 */
#define KEPT_CQES (sizeof(((struct row *)0)->cqes) / sizeof(struct io_uring_cqe))

static const char *const PLACE_NAMES[PLACES] = { "", "head:", "tail:", "cancel:" };

__attribute__((format(printf, 3, 4))) static void append(char *text, size_t room, const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, room - used, format, arguments);
	va_end(arguments);
}

#define FORMAT_INTO(text) \
	do { \
		va_list arguments; \
		va_start(arguments, format); \
		vsnprintf(text, sizeof(text), format, arguments); \
		va_end(arguments); \
	} while (0)

bool row_begin(struct run *run, const char *format, ...)
{
	struct row *row = &run->row;

	memset(row, 0, sizeof(*row));
	FORMAT_INTO(row->name);
	if (run->only && !strstr(row->name, run->only))
		return false;
	if (run->list) {
		puts(row->name);
		return false;
	}
	run->row_number++;
	row->start_ns = monotonic_ns();
	return true;
}

void row_expect(struct run *run, const char *format, ...)
{
	FORMAT_INTO(run->row.expected);
}

void row_expect_result(struct run *run, int result)
{
	if (combines(run))
		row_expect(run, "(%d,NOTIF)", result);
	else
		row_expect(run, "(%d,MORE)(0,NOTIF)", result);
}

void row_expect_bad_flag(struct run *run)
{
	if (run->flags_come_first)
		row_expect(run, "(-22)");
	else
		row_expect_result(run, -22);
}

void row_see(struct run *run, const char *format, ...)
{
	FORMAT_INTO(run->row.seen);
}

/* The first deviation is kept: the others mostly follow from it. */
void row_note(struct run *run, const char *format, ...)
{
	if (!run->row.note[0])
		FORMAT_INTO(run->row.note);
}

void row_skip(struct run *run, const char *format, ...)
{
	FORMAT_INTO(run->row.skipped);
}

int row_keep(struct run *run, int fd)
{
	struct row *row = &run->row;

	if (row->fd_count == sizeof(row->fds) / sizeof(row->fds[0]))
		die("%s: more descriptors than a row has places for", row->name);
	row->fds[row->fd_count++] = fd;
	return fd;
}

static void see_cqe(struct row *row, unsigned i)
{
	const struct io_uring_cqe *cqe = &row->cqes[i];
	uint32_t others = cqe->flags & ~(uint32_t)(IORING_CQE_F_MORE | IORING_CQE_F_NOTIF);
	bool usage = cqe->flags & IORING_CQE_F_NOTIF && cqe->res == INT_MIN;  /* IORING_NOTIF_USAGE_ZC_COPIED */

	append(row->seen, sizeof(row->seen), "%s(", PLACE_NAMES[cqe->user_data & 0xff]);
	if (usage)
		append(row->seen, sizeof(row->seen), "usage");
	else
		append(row->seen, sizeof(row->seen), "%d", cqe->res);
	append(row->seen, sizeof(row->seen), "%s%s", cqe->flags & IORING_CQE_F_MORE ? ",MORE" : "",
	       cqe->flags & IORING_CQE_F_NOTIF ? ",NOTIF" : "");
	if (others)
		append(row->seen, sizeof(row->seen), ",0x%x", others);
	append(row->seen, sizeof(row->seen), ")");
	if (row->timed) {
		int64_t ms = row->times_ns[i] / MS_NS;
		/* The qdisc's clock and ours may differ by a timer tick, which is 10 ms on a slow guest. */
		if (ms >= DELAY_MS - 15)
			append(row->seen, sizeof(row->seen), "late");
		else if (ms < DELAY_MS / 2)
			append(row->seen, sizeof(row->seen), "at once");
		else
			append(row->seen, sizeof(row->seen), "after %d ms", (int)ms);
	}
}

void row_see_cqes(struct run *run)
{
	struct row *row = &run->row;
	unsigned kept = row->cqe_count < KEPT_CQES ? row->cqe_count : KEPT_CQES;

	row->seen[0] = 0;
	if (row->by_place) {
		for (unsigned place = 0; place < PLACES; place++)
			for (unsigned i = 0; i < kept; i++)
				if ((row->cqes[i].user_data & 0xff) == place)
					see_cqe(row, i);
	} else {
		for (unsigned i = 0; i < kept; i++)
			see_cqe(row, i);
	}
	if (row->cqe_count > kept)
		append(row->seen, sizeof(row->seen), "and %u more", row->cqe_count - kept);
	if (!row->cqe_count)
		append(row->seen, sizeof(row->seen), "nothing");
}

/* An expectation is one text, or several with " or " between them. */
static bool as_expected(const struct row *row)
{
	char choices[sizeof(row->expected)];
	char *rest = choices;

	memcpy(choices, row->expected, sizeof(choices));
	while (rest) {
		char *choice = rest;
		rest = strstr(choice, " or ");
		if (rest) {
			*rest = 0;
			rest += strlen(" or ");
		}
		if (!strcmp(choice, row->seen))
			return true;
	}
	return false;
}

void print_heading(void)
{
	printf("%-44s %-7s %-4s %-42s %-42s %s\n", "case", "ring", "flag", "expected", "seen", "verdict");
}

void row_end(struct run *run)
{
	struct row *row = &run->row;
	char verdict[sizeof(row->note) + 16];

	for (int i = 0; i < row->fd_count; i++)
		close(row->fds[i]);
	if (row->skipped[0]) {
		run->skipped++;
		snprintf(verdict, sizeof(verdict), "skip: %s", row->skipped);
	} else if (row->note[0] || !as_expected(row)) {
		run->failed++;
		snprintf(verdict, sizeof(verdict), "FAIL%s%s", row->note[0] ? ": " : "", row->note);
	} else {
		run->passed++;
		snprintf(verdict, sizeof(verdict), "ok");
	}
	if (run->lines++ < MOST_LINES)
		printf("%-44s %-7s %-4s %-42s %-42s %s\n", row->name, run->ring_name, run->flagged ? "set" : "-",
		       row->expected, row->seen, verdict);
}
