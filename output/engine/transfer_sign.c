/* SPDX-License-Identifier: Apache-2.0 */
/* X-Tradestat-Signature: who has the same secret can tell that it was us. */
#include "output/engine/transfer_inside.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <openssl/evp.h>
#include <openssl/params.h>

static bool
sign_pieces(const struct ts_errand *errand, EVP_MAC_CTX *mac, const char *stamp,
	    struct ts_err *err)
{
	const struct ts_transfer *transfer = errand->transfer;
	unsigned char piece[65536];
	int64_t at = 0;

	if (EVP_MAC_update(mac, (const unsigned char *)stamp, strlen(stamp)) !=
	    1)
		return false;
	if (errand->file < 0)
		return transfer->body_size == 0 ||
		       EVP_MAC_update(mac,
				      (const unsigned char *)transfer->body,
				      transfer->body_size) == 1;
	while (at < errand->size) {
		ssize_t got = pread(errand->file, piece, sizeof piece, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			ts_ignore(ts_fail_errno(err, got < 0 ? errno : EIO,
						"read %s", transfer->file));
			return false;
		}
		if (EVP_MAC_update(mac, piece, (size_t)got) != 1)
			return false;
		at += got;
	}
	return true;
}

enum ts_status
ts_errand_sign(const struct ts_errand *errand, struct ts_buf *out,
	       struct ts_err *err)
{
	char digest[] = "SHA256", stamp[32];
	OSSL_PARAM params[2] = {
		OSSL_PARAM_construct_utf8_string("digest", digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *kind = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *mac = kind != NULL ? EVP_MAC_CTX_new(kind) : NULL;
	long long seconds = errand->opts->now_us / 1000000;
	unsigned char bytes[32];
	size_t count = 0;
	bool good;

	snprintf(stamp, sizeof stamp, "%lld.", seconds);
	err->text[0] = '\0';
	good = mac != NULL &&
	       EVP_MAC_init(mac, (const unsigned char *)errand->secret.data,
			    errand->secret.used, params) == 1 &&
	       sign_pieces(errand, mac, stamp, err) &&
	       EVP_MAC_final(mac, bytes, &count, sizeof bytes) == 1 &&
	       count == sizeof bytes;
	EVP_MAC_CTX_free(mac);
	EVP_MAC_free(kind);
	if (!good)
		return err->text[0] != '\0'
			       ? err->status
			       : ts_fail(err, TS_SYSTEM, "cannot sign");
	ts_buf_addf(out, "t=%lld,v1=", seconds);
	for (size_t i = 0; i < count; i++)
		ts_buf_addf(out, "%02x", bytes[i]);
	return ts_buf_check(out, "signature", err);
}
