/* fn_address.c: public, private and loopback addresses (RFC 6890 and the IANA special registries).
 * The check is on the resolved address, so no spelling of a host name and no DNS answer gets around
 * it. */
#include "fn_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "fn_macros.h"

static const struct block {
	uint32_t network;
	unsigned bits;
} special[] = {
	{0x00000000, 8},  /* this network */
	{0x0a000000, 8},  /* private */
	{0x64400000, 10}, /* carriers' shared space */
	{0x7f000000, 8},  /* loopback */
	{0xa9fe0000, 16}, /* link-local; cloud metadata lives here */
	{0xac100000, 12}, /* private */
	{0xc0000000, 24}, /* protocol assignments */
	{0xc0000200, 24}, /* documentation */
	{0xc0586300, 24}, /* 6to4 relays */
	{0xc0a80000, 16}, /* private */
	{0xc6120000, 15}, /* benchmarks */
	{0xc6336400, 24}, /* documentation */
	{0xcb007100, 24}, /* documentation */
	{0xe0000000, 4},  /* multicast */
	{0xf0000000, 4},  /* reserved, broadcast */
};

static bool ipv4_is_public(uint32_t host_order)
{
	for (size_t i = 0; i < FN_COUNT(special); i++) {
		unsigned shift = 32 - special[i].bits;

		if (host_order >> shift == special[i].network >> shift)
			return false;
	}
	return true;
}

static bool starts_with(const uint8_t address[16], const uint8_t *prefix, size_t length)
{
	return memcmp(address, prefix, length) == 0;
}

/* Only global unicast, less the parts of it that lead back to IPv4 or nowhere. */
static bool ipv6_is_public(const uint8_t a[16])
{
	static const uint8_t documentation[] = {0x20, 0x01, 0x0d, 0xb8};
	static const uint8_t six_to_four[] = {0x20, 0x02};

	if ((a[0] & 0xe0) !=
	    0x20) /* 2000::/3; v4-mapped, ::1, fc00::/7, fe80::/10 and 64:ff9b:: lie outside */
		return false;
	if (a[0] == 0x20 && a[1] == 0x01 && a[2] < 0x02) /* 2001::/23: Teredo and other tunnels */
		return false;
	return !starts_with(a, documentation, sizeof(documentation)) &&
	       !starts_with(a, six_to_four, sizeof(six_to_four));
}

bool fn_address_is_public(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in v4;

		memcpy(&v4, address, sizeof(v4));
		return ipv4_is_public(ntohl(v4.sin_addr.s_addr));
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;

		memcpy(&v6, address, sizeof(v6));
		return ipv6_is_public(v6.sin6_addr.s6_addr);
	}
	return false;
}

bool fn_address_is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in v4;

		memcpy(&v4, address, sizeof(v4));
		return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;

		memcpy(&v6, address, sizeof(v6));
		return memcmp(&v6.sin6_addr, &in6addr_loopback, sizeof(in6addr_loopback)) == 0;
	}
	return false;
}

bool fn_address_names_loopback(const char *host)
{
	struct in_addr v4;

	if (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
}
