/* delivery.h: what came of handing a message to a provider (twilio.h, mailer.h). */
#ifndef DELIVERY_H
#define DELIVERY_H

enum delivery_outcome {
	DELIVERY_SENT = 1, /* the provider has it */
	DELIVERY_REFUSED,  /* it will never take this message: trying again is of no use */
	DELIVERY_LATER,    /* not now, or nobody knows: try again */
};

struct delivery {
	enum delivery_outcome outcome;
	const char *id;    /* the provider's own, or NULL */
	const char *cause; /* why it was not sent, for logs: no address, no number, no text of the
			      message */
	int retry_after;   /* seconds that the provider asks for; 0 = none */
};

#endif
