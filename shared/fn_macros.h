/* fn_macros.h: compiler attributes that every module uses. */
#ifndef FN_MACROS_H
#define FN_MACROS_H

#define FN_CHECKED             __attribute__((warn_unused_result))
#define FN_PRINTF(text, first) __attribute__((format(printf, text, first)))
#define FN_NORETURN            __attribute__((noreturn))
#define FN_COUNT(array)        (sizeof(array) / sizeof((array)[0]))

#endif
