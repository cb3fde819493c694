/* SPDX-License-Identifier: Apache-2.0 */
/* Named cases and checks. A failed CHECK marks its case and goes on; a failed REQUIRE ends it, as SKIP does. */
#ifndef MILLRACE_CHECK_H
#define MILLRACE_CHECK_H

#include <stdbool.h>
#include <stdint.h>

struct test_case {
	const char *name;
	void (*run)(void);
};

#define CASE(function) { #function, function }
#define END_OF_CASES { 0, 0 }

#define CHECK_EQ(actual, expected) \
	check_equal(__FILE__, __LINE__, #actual, (int64_t)(actual), (int64_t)(expected))
/* Both bounds are allowed values. */
#define CHECK_RANGE(actual, low, high) \
	check_range(__FILE__, __LINE__, #actual, (int64_t)(actual), (int64_t)(low), (int64_t)(high))
#define CHECK_TEXT(actual, expected) check_text(__FILE__, __LINE__, #actual, actual, expected)
#define CHECK(condition) check_equal(__FILE__, __LINE__, #condition, (condition) ? 1 : 0, 1)

#define REQUIRE_EQ(actual, expected) do { if (!CHECK_EQ(actual, expected)) return; } while (0)
#define REQUIRE_RANGE(actual, low, high) do { if (!CHECK_RANGE(actual, low, high)) return; } while (0)
#define REQUIRE(condition) do { if (!CHECK(condition)) return; } while (0)

#define SKIP(...) do { skip_case(__VA_ARGS__); return; } while (0)

bool check_equal(const char *file, int line, const char *expression, int64_t actual, int64_t expected);
bool check_range(const char *file, int line, const char *expression, int64_t actual, int64_t low, int64_t high);
bool check_text(const char *file, int line, const char *expression, const char *actual, const char *expected);
void skip_case(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
