# SPDX-License-Identifier: Apache-2.0
"""A whole Postfix on loopback, in a folder of its own: an independent judge of
what we hand over. Needs root, as Postfix does; ends with close()."""
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

MAIN = """
compatibility_level = 3.6
queue_directory = {dir}/spool
data_directory = {dir}/data
mail_owner = postfix
setgid_group = postdrop
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.org
mydomain = example.org
mydestination =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = example.org, example.net
virtual_mailbox_base = {dir}/boxes
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
message_size_limit = {size}
mynetworks = 127.0.0.0/8
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_tls_security_level = {tls}
smtpd_tls_chain_files = {dir}/key.pem, {dir}/cert.pem
smtp_tls_security_level = none
maillog_file = {dir}/log/mail.log
maillog_file_prefixes = {dir}
strict_rfc821_envelopes = yes
smtpd_forbid_bare_newline = yes
disable_dns_lookups = yes
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
smtp unix - - n - - smtp
postlog unix-dgram n - n - 1 postlogd
"""


def missing():
    """Why there can be none here; None when there can."""
    if os.geteuid() != 0:
        return "Postfix needs root"
    if not os.path.exists("/usr/sbin/postfix"):
        return "Postfix is not installed"
    return None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Postfix:
    def __init__(self, size=10240000, tls="may"):
        self.dir = tempfile.mkdtemp(prefix="tradestat-postfix-")
        os.chmod(self.dir, 0o755)
        owner = pwd.getpwnam("postfix")
        for name in ("conf", "spool", "data", "boxes", "log"):
            os.mkdir(self.path(name))
        for name in ("data", "boxes", "log"):
            os.chown(self.path(name), owner.pw_uid, owner.pw_gid)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-keyout", self.path("key.pem"), "-out", self.path("cert.pem"),
             "-days", "2", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1"],
            check=True, capture_output=True)
        self.port = free_port()
        with open(self.path("conf", "main.cf"), "w") as file:
            file.write(MAIN.format(dir=self.dir, uid=owner.pw_uid,
                                   gid=owner.pw_gid, size=size, tls=tls))
        with open(self.path("conf", "master.cf"), "w") as file:
            file.write(MASTER.format(port=self.port))
        self.control("start")
        self.await_port()

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def control(self, what):
        done = subprocess.run(["/usr/sbin/postfix", "-c", self.path("conf"),
                               what], capture_output=True, text=True,
                              timeout=60, check=False)
        if done.returncode != 0:
            raise AssertionError("postfix %s: %s%s %s" % (
                what, done.stdout, done.stderr, self.log()))

    def await_port(self):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 2).close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("Postfix does not answer: %s" % self.log())

    def log(self):
        try:
            with open(self.path("log", "mail.log")) as file:
                return file.read()
        except OSError:
            return ""

    def messages(self):
        """What has arrived in the boxes, as bytes, in order of arrival."""
        folder = self.path("boxes", "all", "new")
        if not os.path.isdir(folder):
            return []
        names = sorted(os.listdir(folder), key=lambda n: os.path.getmtime(
            os.path.join(folder, n)))
        found = []
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                found.append(file.read())
        return found

    def close(self):
        try:
            self.control("stop")
        finally:
            shutil.rmtree(self.dir, ignore_errors=True)
