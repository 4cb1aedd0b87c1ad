#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""AWS Signature Version 4 as a server checks it, written from its description
and independent of the program under test. Run by itself it checks two of the
published examples: get-vanilla of the test suite and "PUT object" of S3."""
import hashlib
import hmac
import re
import sys
from urllib.parse import quote, unquote


def digest(data):
    return hashlib.sha256(data).hexdigest()


def keyed(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def canonical_query(query):
    pairs = []
    for member in filter(None, query.split("&")):
        name, _, value = member.partition("=")
        pairs.append((quote(unquote(name), safe="-_.~"),
                      quote(unquote(value), safe="-_.~")))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def signature(secret, method, path, query, headers, signed, payload, scope,
              stamp):
    """headers: lower-case names; path as it stands in the request line."""
    lines = [method, quote(unquote(path), safe="/-_.~"),
             canonical_query(query)]
    lines += [f"{name}:{' '.join(headers[name].split())}" for name in signed]
    lines += ["", ";".join(signed), payload]
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, "/".join(scope),
                      digest("\n".join(lines).encode())])
    key = ("AWS4" + secret).encode()
    for part in scope:
        key = keyed(key, part)
    return keyed(key, text).hex()


def problem(secret, key_id, region, method, target, headers, body):
    """None when the request is signed rightly, else what is wrong."""
    headers = {name.lower(): value for name, value in headers.items()}
    match = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/"
        r"(aws4_request), ?SignedHeaders=([a-z0-9;-]+), ?"
        r"Signature=([0-9a-f]{64})", headers.get("authorization", ""))
    if not match:
        return "no Authorization that can be read"
    who, scope, names = match[1], match.groups()[1:5], match[6]
    signed = names.split(";")
    stamp = headers.get("x-amz-date", "")
    payload = headers.get("x-amz-content-sha256", "")
    if who != key_id or scope[1] != region or scope[2] != "s3":
        return "of another key, region or service"
    if not re.fullmatch(r"\d{8}T\d{6}Z", stamp) or stamp[:8] != scope[0]:
        return "the date is not that of the scope"
    if payload != digest(body):
        return "x-amz-content-sha256 is not of the body"
    if signed != sorted(signed) or "host" not in signed:
        return "the signed headers are not in order, or lack host"
    for name in headers:
        if (name.startswith("x-amz-") or name == "content-type") and \
                name not in signed:
            return f"{name} is not signed"
    path, _, query = target.partition("?")
    expected = signature(secret, method, path, query, headers, signed,
                         payload, scope, stamp)
    return None if expected == match[7] else "SignatureDoesNotMatch"


def check():
    secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    got = signature(
        secret, "GET", "/", "",
        {"host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z"},
        ["host", "x-amz-date"], digest(b""),
        ("20150830", "us-east-1", "service", "aws4_request"),
        "20150830T123600Z")
    assert got == ("5fa00fa31553b73ebf1942676e86291e"
                   "8372ff2a2260956d9b8aae1d763fbf31"), got
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    body = b"Welcome to Amazon S3."
    got = signature(
        secret, "PUT", "/test%24file.text", "",
        {"date": "Fri, 24 May 2013 00:00:00 GMT",
         "host": "examplebucket.s3.amazonaws.com",
         "x-amz-content-sha256": digest(body),
         "x-amz-date": "20130524T000000Z",
         "x-amz-storage-class": "REDUCED_REDUNDANCY"},
        ["date", "host", "x-amz-content-sha256", "x-amz-date",
         "x-amz-storage-class"], digest(body),
        ("20130524", "us-east-1", "s3", "aws4_request"), "20130524T000000Z")
    assert got == ("98ad721746da40c64f1a55b78f14c238"
                   "d841ea1380cd77a1b5971af0ece108bd"), got


if __name__ == "__main__":
    check()
    sys.exit(0)
