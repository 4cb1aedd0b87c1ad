#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A web server on loopback for the outputs: /hook takes signed requests, all
else is a bucket that takes signed objects. What came is written below the
folder given, one line a request into log. A number in the file hook-status
there is what hooks are answered with.

channel_server.py PORT FOLDER SECRET KEY_ID REGION"""
import hashlib
import hmac
import http.server
import os
import pathlib
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sigv4  # noqa: E402

PORT, FOLDER, SECRET, KEY_ID, REGION = sys.argv[1:6]


def hook_is_signed(headers, body):
    stamp, _, seal = headers.get("X-Tradestat-Signature", "").partition(",")
    if not stamp.startswith("t=") or not seal.startswith("v1="):
        return False
    text = stamp[2:].encode() + b"." + body
    right = hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()
    return hmac.compare_digest(right, seal[3:])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def take(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/hook":
            problem = None if hook_is_signed(self.headers, body) else "HMAC"
        else:
            problem = sigv4.problem(SECRET, KEY_ID, REGION, self.command,
                                    self.path, dict(self.headers), body)
        with open(f"{FOLDER}/log", "a", encoding="utf-8") as log:
            log.write(f"{self.command} {self.path} {problem}\n")
        if problem is None:
            path = pathlib.Path(FOLDER + self.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        text = (problem or "ok").encode()
        status = 200 if problem is None else 403
        if self.path == "/hook" and os.path.exists(f"{FOLDER}/hook-status"):
            status = int(pathlib.Path(f"{FOLDER}/hook-status").read_text())
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_PUT = do_POST = take

    def log_message(self, *_):
        pass


sigv4.check()
http.server.ThreadingHTTPServer(("127.0.0.1", int(PORT)), Handler) \
    .serve_forever()
