/* fn_json_scan.h: the strict look at the bytes of a JSON text before a library parses them. */
#ifndef FN_JSON_SCAN_H
#define FN_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

enum { FN_JSON_DEPTH_MAX = 16 };

/* Tokens, strings, numbers (integers must fit 64 bits, others be finite) and depth; whether they
 * stand in a sound order is the parser's to say. bytes: UTF-8, NUL-terminated beyond length.
 * *ret_members: how many members the objects in it have, keys that stand twice counted twice. */
bool fn_json_scan(const char *bytes, size_t length, size_t *ret_members, const char **ret_why);

#endif
