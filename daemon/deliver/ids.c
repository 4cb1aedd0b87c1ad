/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include "daemon/deliver/inside.h"

void
ts_keyed_id(const unsigned char key[32], const char *text, char id[TS_ID16])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char code[EVP_MAX_MD_SIZE] = { 0 };
	unsigned length = 0;

	HMAC(EVP_sha256(), key, 32, (const unsigned char *)text, strlen(text),
	     code, &length);
	for (size_t i = 0; i < 8; i++) {
		id[2 * i] = digits[code[i] >> 4];
		id[2 * i + 1] = digits[code[i] & 15];
	}
	id[16] = '\0';
}
