/* fn_arena_test.c: lifetimes, the ceiling, and that ASan sees what is not handed out. */
#include "fn_arena.h"

#include <string.h>

#include "unit.h"

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif

enum { CEILING = 256 << 10, OUT_OF_MEMORY = 71 };

static void hands_out_zeroed_and_aligned_memory(void **state)
{
	struct fn_arena *arena = fn_arena_new(CEILING);

	(void)state;
	for (size_t size = 0; size < 70; size++) {
		unsigned char *bytes = fn_arena_alloc(arena, size);

		assert_int_equal((uintptr_t)bytes % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(bytes[i], 0);
		memset(bytes, 0xff, size); /* the next one must be zero all the same */
	}
	fn_arena_free(arena);
}

static void zeroes_memory_that_comes_back(void **state)
{
	struct fn_arena *arena = fn_arena_new(CEILING);
	struct fn_arena_mark mark;
	const char *bytes;

	(void)state;
	(void)fn_arena_alloc(arena, 1);
	mark = fn_arena_mark(arena);
	memset(fn_arena_alloc(arena, 100), 0xff, 100);
	fn_arena_reset(arena, mark);
	bytes = fn_arena_alloc(arena, 100);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(bytes[i], 0);
	fn_arena_free(arena);
}

static void copies_with_a_nul_behind(void **state)
{
	struct fn_arena *arena = fn_arena_new(CEILING);
	const char *copy = fn_arena_copy(arena, "a\0bc", 3);

	(void)state;
	assert_memory_equal(copy, "a\0b\0", 4);
	assert_string_equal(fn_arena_copy(arena, NULL, 0), "");
	assert_string_equal(fn_arena_text(arena, "Ségou"), "Ségou");
	assert_null(fn_arena_text(arena, NULL));
	assert_string_equal(fn_arena_format(arena, "%s-%d", "a", 7), "a-7");
	assert_string_equal(fn_arena_format(arena, "%s", ""), "");
	fn_arena_free(arena);
}

static void formats_texts_of_any_length(void **state)
{
	struct fn_arena *arena = fn_arena_new(CEILING);

	(void)state;
	for (int width = 250; width < 260; width++) {
		const char *text = fn_arena_format(arena, "%*d.", width, 7);

		assert_int_equal(strlen(text), width + 1);
		assert_string_equal(text + width - 2, " 7.");
	}
	fn_arena_free(arena);
}

static void gives_a_large_piece_a_block_of_its_own(void **state)
{
	struct fn_arena *arena = fn_arena_new(CEILING);
	char *small = fn_arena_text(arena, "small");
	char *large = fn_arena_alloc(arena, 100000);

	(void)state;
	memset(large, 'x', 100000);
	assert_string_equal(small, "small");
	assert_true(fn_arena_used(arena) >= 100006);
	fn_arena_free(arena);
}

/* ---- clean-ups ---- */

static char order[16];

static void note(void *what)
{
	const char *letter = what;

	order[strlen(order)] = *letter;
}

static void cleans_up_newest_first(void **state)
{
	struct fn_arena *arena = fn_arena_new(CEILING);

	(void)state;
	memset(order, 0, sizeof(order));
	fn_arena_defer(arena, note, fn_arena_text(arena, "a"));
	fn_arena_defer(arena, note, fn_arena_text(arena, "b"));
	fn_arena_defer(arena, note, fn_arena_text(arena, "c"));
	assert_string_equal(order, "");
	fn_arena_free(arena);
	assert_string_equal(order, "cba");
}

static void a_reset_cleans_up_only_what_came_after_the_mark(void **state)
{
	struct fn_arena *arena = fn_arena_new(CEILING);
	struct fn_arena_mark empty = fn_arena_mark(arena), mark;
	size_t used;

	(void)state;
	memset(order, 0, sizeof(order));
	fn_arena_defer(arena, note, fn_arena_text(arena, "a"));
	mark = fn_arena_mark(arena);
	used = fn_arena_used(arena);
	for (unsigned round = 0; round < 3; round++) {
		fn_arena_defer(arena, note, fn_arena_text(arena, "b"));
		(void)fn_arena_alloc(arena, 60000); /* past the block of the mark */
		fn_arena_defer(arena, note, fn_arena_text(arena, "c"));
		fn_arena_reset(arena, mark);
		assert_int_equal(fn_arena_used(arena), used);
	}
	assert_string_equal(order, "cbcbcb");
	fn_arena_reset(arena, empty);
	assert_string_equal(order, "cbcbcba");
	assert_int_equal(fn_arena_used(arena), 0);
	fn_arena_free(arena);
	assert_string_equal(order, "cbcbcba"); /* and none of them twice */
}

static struct fn_arena *arena_in_use;

static void note_through_the_arena(void *what)
{
	note(fn_arena_text(arena_in_use, what));
}

static void a_clean_up_may_still_use_the_arena(void **state)
{
	(void)state;
	memset(order, 0, sizeof(order));
	arena_in_use = fn_arena_new(CEILING);
	fn_arena_defer(arena_in_use, note_through_the_arena, fn_arena_text(arena_in_use, "a"));
	fn_arena_free(arena_in_use);
	assert_string_equal(order, "a");
}

static void freeing_nothing_is_fine(void **state)
{
	(void)state;
	fn_arena_free(NULL);
}

/* ---- the ceiling ---- */

static void take_until_the_end(void *arg)
{
	size_t *piece = arg;
	struct fn_arena *arena = fn_arena_new(CEILING);

	for (size_t taken = 0; taken <= CEILING; taken += *piece)
		(void)fn_arena_alloc(arena, *piece);
}

static void ends_the_process_past_its_ceiling(void **state)
{
	static size_t pieces[] = {1, 4000, 16 << 10, CEILING + 1, SIZE_MAX / 2, SIZE_MAX};

	(void)state;
	for (size_t i = 0; i < FN_COUNT(pieces); i++)
		unit_assert_dies(take_until_the_end, &pieces[i], OUT_OF_MEMORY, "out of memory");
}

static void resets_make_room_below_the_ceiling(void **state)
{
	struct fn_arena *arena = fn_arena_new(CEILING);
	struct fn_arena_mark mark = fn_arena_mark(arena);

	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		(void)fn_arena_alloc(arena, CEILING - 1000);
		fn_arena_reset(arena, mark);
	}
	fn_arena_free(arena);
}

/* ---- poison ---- */

static volatile char seen;

static void read_past_the_end(void *arg)
{
	struct fn_arena *arena = fn_arena_new(CEILING);
	const char *bytes = fn_arena_alloc(arena, 24);

	(void)fn_arena_alloc(arena, 24);
	seen = bytes[*(size_t *)arg];
}

static void read_after_reset(void *arg)
{
	struct fn_arena *arena = fn_arena_new(CEILING);
	struct fn_arena_mark mark;
	const char *bytes;

	(void)arg;
	(void)fn_arena_alloc(arena, 1);
	mark = fn_arena_mark(arena);
	bytes = fn_arena_text(arena, "of the first try");
	fn_arena_reset(arena, mark);
	seen = bytes[0];
}

static void an_overrun_inside_a_block_is_seen(void **state)
{
	static size_t inside = 23, behind = 24, far_behind = 39;
	static struct unit_end end;

	(void)state;
	if (!UNDER_ASAN)
		skip();
	unit_run_child(read_past_the_end, &inside, &end);
	assert_int_equal(end.status, 0);
	unit_assert_dies(read_past_the_end, &behind, 1, "use-after-poison");
	unit_assert_dies(read_past_the_end, &far_behind, 1, "use-after-poison");
}

static void reading_what_a_reset_took_back_is_seen(void **state)
{
	(void)state;
	if (!UNDER_ASAN)
		skip();
	unit_assert_dies(read_after_reset, NULL, 1, "use-after-poison");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_out_zeroed_and_aligned_memory),
		cmocka_unit_test(zeroes_memory_that_comes_back),
		cmocka_unit_test(copies_with_a_nul_behind),
		cmocka_unit_test(formats_texts_of_any_length),
		cmocka_unit_test(gives_a_large_piece_a_block_of_its_own),
		cmocka_unit_test(cleans_up_newest_first),
		cmocka_unit_test(a_reset_cleans_up_only_what_came_after_the_mark),
		cmocka_unit_test(a_clean_up_may_still_use_the_arena),
		cmocka_unit_test(freeing_nothing_is_fine),
		cmocka_unit_test(ends_the_process_past_its_ceiling),
		cmocka_unit_test(resets_make_room_below_the_ceiling),
		cmocka_unit_test(an_overrun_inside_a_block_is_seen),
		cmocka_unit_test(reading_what_a_reset_took_back_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
