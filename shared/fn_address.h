/* fn_address.h: which network addresses an outbound call may reach. */
#ifndef FN_ADDRESS_H
#define FN_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* An address of the public internet: not private, link-local, loopback, multicast, reserved, nor an
 * IPv6 form that carries such an IPv4 address. Anything but IPv4 and IPv6 is not. */
bool fn_address_is_public(const struct sockaddr *address);
bool fn_address_is_loopback(const struct sockaddr *address);
/* The host part of a URL that plainly says loopback: localhost, 127.0.0.0/8 in dotted form, [::1].
 */
bool fn_address_names_loopback(const char *host);

#endif
