/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digits.h - what num.c and double.c share: digits, powers of ten, and strtod
 * without a locale.
 */
#ifndef KIT_DIGITS_H
#define KIT_DIGITS_H

/* 10^0 .. 10^22, which a double holds exactly. */
extern const double ts_pow10[23];

/* More than 9: not a digit. */
static inline unsigned
ts_digit(char c)
{
	return (unsigned)(unsigned char)c - '0';
}

/* strtod as in the C locale, whatever the process has set. */
double ts_plain_double(const char *text);

#endif
