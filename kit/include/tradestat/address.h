/* SPDX-License-Identifier: Apache-2.0 */
/*
 * address.h - which network addresses another house on the Internet cannot
 * have. Looked at when the socket is opened, that is behind the resolver, so
 * that a name which changes its address in between does not help anybody.
 */
#ifndef TRADESTAT_ADDRESS_H
#define TRADESTAT_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>
#include <tradestat/err.h>

/* Loopback, link-local, private, unique-local, multicast, reserved; in IPv6
 * also those that carry such an IPv4 address, and any other family. */
TS_API bool ts_address_is_private(const struct sockaddr *address);

#endif
