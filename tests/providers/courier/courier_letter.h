/* courier_letter.h: webhooks between the outbox and the wire. */
#ifndef COURIER_LETTER_H
#define COURIER_LETTER_H

#include <stddef.h>

/* Sends what is due, as far as there is room; returns how many. */
size_t courier_letters_send(void);
/* What came of one; written down by courier_letters_settle(). */
void courier_letter_answered(void *letter, int status, const char *text);
/* In one transaction: done, tried again later, or given up. */
void courier_letters_settle(void);

#endif
