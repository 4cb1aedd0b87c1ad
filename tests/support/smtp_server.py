#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A mail relay on loopback that does what a script says, stage by stage.

A script is a list of rules. A rule names a stage (connect greeting ehlo
starttls tls challenge auth mail rcpt data body end quit) and what happens:
  reply   text, or a list of lines; sent as it is, CRLF is added
  pad     so many letters are added to the reply
  drop    true: hangs up, after the reply if there is one
  stall   seconds of silence before anything else
  times   how often; without it: always
  after   body only: so many bytes are read first (0)
  cut     tls only: hangs up once the client has begun its handshake
  step    auth only: a 334 with this before the reply, as XOAUTH2 has it
A stage without a rule is answered as a good relay would.

smtp_server.py [--script JSON] [--folder DIR] [--tls] [--secure] [--no-starttls]
    [--auth PLAIN,LOGIN,XOAUTH2] [--size N] [--user U] [--secret S]
    [--life SECONDS]
prints "PORT CERTIFICATE" in one line ("-" without one). Messages are
DIR/1.eml, DIR/2.eml ..., what was heard is DIR/log, a JSON object a line.

smtp_server.py --control
reads a line for each of many relays, ' in it stands for ", and answers with
one: {"new": {arguments of SmtpServer}, "refuse": false} with "PORT
CERTIFICATE", {"ask": PORT} with what was seen, as "NAME=VALUE NAME=VALUE"."""
import argparse
import atexit
import base64
import datetime
import functools
import hashlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time


class Hangup(Exception):
    pass


def certificate(folder, name="localhost", expired=False):
    """A certificate for localhost and 127.0.0.1 that signs itself; or for
    another name, or one whose time is over."""
    key, cert = os.path.join(folder, "key.pem"), os.path.join(folder, "ca.pem")
    names = ("DNS:localhost,IP:127.0.0.1" if name == "localhost"
             else "DNS:" + name)
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
               "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-keyout",
               key, "-out", cert, "-subj", "/CN=" + name, "-addext",
               "subjectAltName=" + names]
    quiet = {"check": True, "stdout": subprocess.DEVNULL,
             "stderr": subprocess.DEVNULL}
    subprocess.run(command, **quiet)
    if expired:
        form = "%Y%m%d%H%M%SZ"
        now = datetime.datetime.now(datetime.timezone.utc)
        rules = os.path.join(folder, "ca.conf")
        with open(rules, "w", encoding="utf-8") as out:
            out.write("""[ca]
default_ca = own
[own]
database = %s
new_certs_dir = %s
serial = %s
default_md = sha256
policy = any
unique_subject = no
x509_extensions = more
[any]
commonName = supplied
[more]
subjectAltName = %s
basicConstraints = CA:TRUE
""" % (os.path.join(folder, "index"), folder, os.path.join(folder, "serial"),
       names))
        open(os.path.join(folder, "index"), "w", encoding="utf-8").close()
        with open(os.path.join(folder, "serial"), "w",
                  encoding="utf-8") as out:
            out.write("01\n")
        ask = os.path.join(folder, "ask.pem")
        subprocess.run(["openssl", "req", "-new", "-key", key, "-subj",
                        "/CN=" + name, "-out", ask], **quiet)
        subprocess.run(
            ["openssl", "ca", "-batch", "-selfsign", "-config", rules,
             "-keyfile", key, "-in", ask, "-out", cert, "-notext",
             "-startdate", (now - datetime.timedelta(9)).strftime(form),
             "-enddate", (now - datetime.timedelta(2)).strftime(form)],
            **quiet)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert


@functools.lru_cache(None)
def certificate_of(name, expired):
    """Made once for all relays of a process."""
    folder = tempfile.mkdtemp(prefix="smtp-server-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return certificate(folder, name, expired)


class Talk:
    """One connection."""

    def __init__(self, server, sock):
        self.server, self.sock = server, sock
        self.rest, self.tls, self.authed = b"", False, False

    def hear(self):
        got = self.sock.recv(1 << 16)
        if not got:
            raise Hangup
        if not self.tls:
            self.server.clear += got
        return got

    def say(self, lines):
        if isinstance(lines, str):
            lines = [lines]
        data = "".join(line + "\r\n" for line in lines)
        self.sock.sendall(data.encode("latin-1"))

    def line(self):
        while b"\n" not in self.rest:
            self.rest += self.hear()
        line, self.rest = self.rest.split(b"\n", 1)
        return line.rstrip(b"\r").decode("latin-1")

    def stage(self, name, good):
        """True: the stage went well."""
        rule = self.server.rule(name)
        if rule is None:
            if good:
                self.say(good)
            return True
        time.sleep(rule.get("stall", 0))
        if rule.get("step"):
            self.say("334 " + rule["step"])
            self.line()
        reply = rule.get("reply")
        if reply and rule.get("pad"):
            lines = [reply] if isinstance(reply, str) else list(reply)
            lines[-1] += " " + "x" * rule["pad"]
            reply = lines
        if reply:
            self.say(reply)
        if rule.get("drop"):
            raise Hangup
        if not reply:
            if good:
                self.say(good)
            return True
        first = reply if isinstance(reply, str) else reply[0]
        return first[:1] in "23"

    def secure(self):
        rule = self.server.rule("tls") or {}
        time.sleep(rule.get("stall", 0))
        if rule.get("cut"):
            self.hear()
        if rule.get("reply"):
            self.say(rule["reply"])
        if rule:
            raise Hangup
        self.sock = self.server.context.wrap_socket(self.sock,
                                                    server_side=True)
        self.tls, self.rest = True, b""

    def features(self):
        server, lines = self.server, ["localhost", "PIPELINING"]
        if server.context and server.starttls and not self.tls:
            lines.append("STARTTLS")
        if server.size:
            lines.append(f"SIZE {server.size}")
        if server.auth:
            lines.append("AUTH " + " ".join(server.auth))
        return [f"250{'-' if i + 1 < len(lines) else ' '}{text}"
                for i, text in enumerate(lines)]

    def login(self, words):
        def answer(first, challenge):
            if first:
                return base64.b64decode(first).decode()
            if not self.stage("challenge", "334 " + challenge):
                raise Hangup
            return base64.b64decode(self.line()).decode()
        way = words[1].upper()
        first = words[2] if len(words) > 2 else ""
        if way == "LOGIN":
            pair = (answer(first, "VXNlcm5hbWU6"), answer("", "UGFzc3dvcmQ6"))
        elif way == "PLAIN":
            pair = tuple(answer(first, "").split("\0")[1:])
        else:
            fields = answer(first, "").split("\1")
            pair = (fields[0].removeprefix("user="),
                    fields[1].removeprefix("auth=Bearer "))
        good = pair == (self.server.user, self.server.secret)
        self.authed = self.stage(
            "auth", "235 2.7.0 welcome" if good
            else "535 5.7.8 wrong user or password") and good

    def body(self):
        rule, data = self.server.rule("body"), self.rest
        self.server.count_body(data, self.authed)
        want = rule.get("after", 0) if rule else None
        self.rest = b""
        while True:
            if want is not None and len(data) >= want:
                time.sleep(rule.get("stall", 0))
                if rule.get("reply"):
                    self.say(rule["reply"])
                if rule.get("drop"):
                    raise Hangup
                want = None
            end = data.find(b"\r\n.\r\n")
            if end >= 0:
                self.rest = data[end + 5:]
                return data[:end + 2].replace(b"\r\n..", b"\r\n.")
            got = self.hear()
            self.server.count_body(got, self.authed)
            data += got

    def command(self, line):
        words = line.split()
        verb = words[0].upper() if words else ""
        self.server.note(verb, line, self.tls)
        if verb == "EHLO":
            self.stage("ehlo", self.features())
        elif verb == "STARTTLS":
            if self.stage("starttls", "220 2.0.0 go ahead"):
                self.secure()
        elif verb == "AUTH":
            self.login(words)
        elif verb == "MAIL":
            self.stage("mail", "250 2.1.0 good")
        elif verb == "RCPT":
            self.stage("rcpt", "250 2.1.5 good")
        elif verb == "DATA":
            if self.stage("data", "354 go on"):
                message = self.body()
                self.server.note("END", "", self.tls)
                self.server.hashes.append(
                    hashlib.sha256(message).hexdigest()[:16])
                # what a reply is lost of was taken all the same
                rule = self.server.peek("end")
                reply = (rule or {}).get("reply", "2")
                if str(reply if isinstance(reply, str)
                       else reply[0]).startswith("2"):
                    self.server.take(message)
                self.stage("end", "250 2.0.0 queued")
        elif verb == "QUIT":
            self.stage("quit", "221 2.0.0 bye")
            raise Hangup
        elif verb in ("RSET", "NOOP"):
            self.say("250 2.0.0 good")
        else:
            self.say("500 5.5.1 unknown")

    def run(self):
        try:
            self.server.note("CONNECT", "", False)
            self.stage("connect", None)
            if self.server.tls:
                self.secure()
            if not self.stage("greeting", "220 localhost ESMTP"):
                return
            while True:
                self.command(self.line())
        except (Hangup, OSError, ValueError, IndexError) as end:
            self.server.note("CLOSED", type(end).__name__, self.tls)
        finally:
            self.sock.close()


class SmtpServer:
    def __init__(self, script=(), folder=None, tls=False, starttls=True,
                 auth=(), size=0, user="user", secret="secret",
                 secure=False, certificate_for="localhost", expired=False):
        self.script = [dict(rule) for rule in script]
        self.own = tempfile.mkdtemp(prefix="smtp-server-")
        self.folder = folder or self.own
        self.tls, self.starttls, self.auth = tls, starttls, list(auth)
        self.size, self.user, self.secret = size, user, secret
        self.clear, self.hashes = bytearray(), []
        self.body_size, self.body_unknown = 0, 0
        self.context, self.cert = (
            certificate_of(certificate_for, expired) if tls or secure
            else (None, None))
        self.lock, self.count, self.open = threading.Lock(), 0, set()
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                sock, _ = self.sock.accept()
            except OSError:
                return
            sock.settimeout(60)
            threading.Thread(target=Talk(self, sock).run, daemon=True).start()

    def peek(self, stage):
        with self.lock:
            for rule in self.script:
                if rule["stage"] == stage and rule.get("times", 1) > 0:
                    return rule
        return None

    def rule(self, stage):
        with self.lock:
            for rule in self.script:
                if rule["stage"] == stage and rule.get("times", 1) > 0:
                    if "times" in rule:
                        rule["times"] -= 1
                    return dict(rule)
        return None

    def set_script(self, script):
        with self.lock:
            self.script = [dict(rule) for rule in script]

    def note(self, verb, line, tls):
        with self.lock, open(os.path.join(self.folder, "log"), "a",
                             encoding="utf-8") as log:
            log.write(json.dumps({"verb": verb, "line": line, "tls": tls})
                      + "\n")

    def count_body(self, data, authed):
        with self.lock:
            self.body_size += len(data)
            if not authed:
                self.body_unknown += len(data)

    def secrets_in_clear(self):
        """Forms of the password among what came before TLS."""
        user, secret = self.user.encode(), self.secret.encode()
        forms = [secret, base64.b64encode(secret),
                 base64.b64encode(b"\0%s\0%s" % (user, secret)),
                 base64.b64encode(b"user=%s\1auth=Bearer %s\1\1" % (
                     user, secret)), b"AUTH "]
        return sum(form in self.clear for form in forms)

    def seen(self):
        verbs = [entry["verb"] for entry in self.log()]
        return " ".join("%s=%s" % pair for pair in (
            ("messages", self.count), ("connections", verbs.count("CONNECT")),
            ("ehlo", verbs.count("EHLO")), ("mail", verbs.count("MAIL")),
            ("data", verbs.count("DATA")), ("quit", verbs.count("QUIT")),
            ("body", self.body_size), ("unknown", self.body_unknown),
            ("clear", self.secrets_in_clear()),
            ("hashes", ",".join(self.hashes))))

    def take(self, message):
        with self.lock:
            self.count += 1
            path = os.path.join(self.folder, f"{self.count}.eml")
            with open(path + ".new", "wb") as out:
                out.write(message)
            os.rename(path + ".new", path)

    def messages(self):
        with self.lock:
            count = self.count
        found = []
        for nth in range(1, count + 1):
            with open(os.path.join(self.folder, f"{nth}.eml"), "rb") as text:
                found.append(text.read())
        return found

    def log(self):
        path = os.path.join(self.folder, "log")
        if not os.path.exists(path):
            return []
        with self.lock, open(path, encoding="utf-8") as log:
            return [json.loads(line) for line in log]

    def close(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()
        shutil.rmtree(self.own, ignore_errors=True)


def control():
    """Many relays, at the word of whoever holds our standard input."""
    servers = {}
    for line in sys.stdin:
        try:
            wish = json.loads(line.replace("'", '"'))
        except ValueError as why:
            sys.exit("%s: %s" % (why, line))
        if "new" in wish:
            server = SmtpServer(**wish["new"])
            servers[server.port] = server
            if wish.get("refuse"):
                server.close()
            print(server.port, server.cert or "-", flush=True)
        else:
            print(servers[wish["ask"]].seen(), flush=True)
    for server in servers.values():
        server.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--control", action="store_true")
    parser.add_argument("--script", default="[]")
    parser.add_argument("--folder")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--secure", action="store_true")
    parser.add_argument("--no-starttls", action="store_true")
    parser.add_argument("--auth", default="")
    parser.add_argument("--size", type=int, default=0)
    parser.add_argument("--user", default="user")
    parser.add_argument("--secret", default="secret")
    parser.add_argument("--life", type=float, default=60)
    args = parser.parse_args()
    if args.control:
        control()
        return 0
    server = SmtpServer(json.loads(args.script), args.folder, args.tls,
                        not args.no_starttls,
                        [way for way in args.auth.split(",") if way],
                        args.size, args.user, args.secret, args.secure)
    print(server.port, server.cert or "-", flush=True)
    time.sleep(args.life)
    server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
