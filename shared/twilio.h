/* twilio.h: SMS through Twilio's Messages resource (API version 2010-04-01). */
#ifndef TWILIO_H
#define TWILIO_H

#include <stdbool.h>

#include "delivery.h"
#include "fn_request.h"

enum { TWILIO_TEXT_MAX = 1600 /* characters; longer ones are error 21617 */ };

/* to: E.164. again: an earlier try with this very text may have got through. Twilio knows no
 * idempotency keys, so its list of messages to that number is read first, and nothing is sent when
 * the text is in it or when the list cannot be read. Texts must therefore differ between notices.
 */
struct delivery twilio_send(struct fn_request *req, const char *to, const char *text, bool again);

#endif
