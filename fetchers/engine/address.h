/* SPDX-License-Identifier: Apache-2.0 */
/*
 * address.h - which network addresses a publisher on the Internet cannot
 * have. Looked at when the socket is opened, that is behind the resolver, so
 * that a name which changes its address in between does not help anybody.
 */
#ifndef FETCHERS_ENGINE_ADDRESS_H
#define FETCHERS_ENGINE_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Loopback, link-local, private, unique-local, multicast, reserved; in IPv6
 * also those that carry such an IPv4 address, and any other family. */
bool ts_address_is_private(const struct sockaddr *address);

#endif
