# SPDX-License-Identifier: Apache-2.0
"""An edition goes to every channel that is not mail, to real servers, once;
and what a server refuses is seen by the operator."""
import base64
import hashlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import unittest

from house import ROOT, tree
from publisher import Publisher
from service import EVERY_SECOND, Service, await_it

SECRET = "a secret of the tests"
SERVER = os.path.join(ROOT, "tests", "support", "channel_server.py")


def program(name):
    return shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")


def missing(*names):
    """Why a test cannot be run here, or None."""
    gone = [name for name in names if not program(name)]
    return "not installed: " + ", ".join(gone) if gone else None


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Channels(unittest.TestCase):
    def setUp(self):
        self.publisher = Publisher()
        self.addCleanup(self.publisher.close)
        self.place = Service(self.publisher)
        self.addCleanup(self.place.close)
        self.secret = self.place.write("secret", SECRET + "\n")
        os.chmod(self.secret, 0o600)
        self.there = self.place.path("there")
        os.mkdir(self.there)

    # ---- the other side --------------------------------------------------

    def start(self, port, *argv):
        child = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd=self.place.dir)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)

        def is_up():
            with socket.socket() as peer:
                return peer.connect_ex(("127.0.0.1", port)) == 0
        self.assertTrue(await_it(is_up, 10), argv[0])
        return port

    def web(self):
        port = free_port()
        return self.start(port, sys.executable, SERVER, str(port), self.there,
                          SECRET, "AKIDEXAMPLE", "eu-north-1")

    def nginx(self):
        port = free_port()
        os.makedirs(self.place.path("root", "dav"))
        self.place.write("users", "anna:{PLAIN}%s\n" % SECRET)
        temp = "".join("%s_temp_path %s/temp-%s;\n" % (
            kind, self.place.dir, kind) for kind in (
                "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        name = self.place.write("nginx.conf", '''%s
daemon off; master_process off; pid %s/nginx.pid;
events { worker_connections 32; }
http {
    access_log %s/nginx.log; %s
    server {
        listen 127.0.0.1:%d; root %s/root; client_max_body_size 64m;
        location /dav/ {
            dav_methods PUT MKCOL; auth_basic there;
            auth_basic_user_file %s/users;
        }
    }
}
''' % ("user root;" if os.geteuid() == 0 else "", self.place.dir,
            self.place.dir, temp, port, self.place.dir, self.place.dir))
        return self.start(port, program("nginx"), "-c", name, "-e",
                          self.place.path("nginx.err"))

    def sshd(self):
        """Its port and the fingerprint of its key."""
        port = free_port()
        key = self.place.path("host-key")
        subprocess.run([program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "",
                        "-f", key], check=True)
        with open(key + ".pub", encoding="ascii") as file:
            blob = base64.b64decode(file.read().split()[1])
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        mine = self.place.path("user-key")
        subprocess.run([program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "",
                        "-f", mine], check=True)
        name = self.place.write("sshd.conf", '''
AuthorizedKeysFile %s.pub
ListenAddress 127.0.0.1:%d
HostKey %s
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
Subsystem sftp internal-sftp
''' % (mine, port, key))
        self.start(port, program("sshd"), "-D", "-e", "-f", name)
        return port, "SHA256:" + base64.b64encode(
            hashlib.sha256(blob).digest()).decode().rstrip("=")

    # ---- settings --------------------------------------------------------

    def hook(self, port):
        return '''{ output = "webhook"; url = "http://127.0.0.1:%d/hook";
            secret = "file:%s"; allow_http = true; allow_private = true; }
            ''' % (port, self.secret)

    def s3(self, port):
        return '''{ output = "s3"; url = "http://127.0.0.1:%d";
            bucket = "trade"; prefix = "open"; region = "eu-north-1";
            key_id = "AKIDEXAMPLE"; secret = "file:%s"; allow_http = true;
            allow_private = true; }''' % (port, self.secret)

    def webdav(self, port):
        return '''{ output = "webdav"; url = "http://127.0.0.1:%d/dav";
            user = "anna"; secret = "file:%s"; allow_http = true;
            allow_private = true; }''' % (port, self.secret)

    def sftp(self, port, key):
        return '''{ output = "sftp"; url = "sftp://127.0.0.1:%d%s";
            user = "%s"; secret = "file:%s"; host_key = "%s";
            allow_private = true; }''' % (
                port, self.place.path("sftp"),
                pwd.getpwuid(os.geteuid()).pw_name,
                self.place.path("user-key"), key)

    def folder(self):
        os.makedirs(self.place.path("shared"), exist_ok=True)
        return '''{ output = "directory"; path = "%s"; keep = 1;
            address = "https://reports.example.org/"; }''' % (
                self.place.path("shared"))

    def deliver(self, *channels, timetable="2099-01-01"):
        self.place.add("pair", timetable,
                       "deliver = ( %s );" % ", ".join(channels))

    # ---- what came of it -------------------------------------------------

    def log(self):
        path = os.path.join(self.there, "log")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return file.read().splitlines()

    def state(self, channel):
        return self.place.rows("SELECT state, code, attempts FROM outbox "
                               "WHERE channel = ?", channel)

    def answer_hooks_with(self, status):
        with open(os.path.join(self.there, "hook-status"), "w",
                  encoding="ascii") as file:
            file.write(str(status))

    @unittest.skipIf(missing("nginx"), missing("nginx"))
    def test_the_daemon_takes_an_edition_to_all_channels_once(self):
        web, dav = self.web(), self.nginx()
        self.deliver(self.folder(), self.hook(web), self.s3(web),
                     self.webdav(dav), timetable=EVERY_SECOND)
        self.place.begin()
        self.assertTrue(await_it(lambda: [s[0] for s in self.place.rows(
            "SELECT state FROM outbox")] == ["sent"] * 4, 30),
            self.place.log())
        self.place.stop()
        bundle = self.place.bundles()[0]
        name = os.path.basename(bundle)
        kept = tree(bundle)
        self.assertIn("manifest.json", kept)
        self.assertEqual(tree(self.place.path("shared/pair", name)), kept)
        for where in ("there/trade/open/pair", "root/dav/pair"):
            came = tree(self.place.path(where, name))
            self.assertEqual(came, kept, where)
        with open(os.path.join(self.there, "trade/open/pair/latest.json"),
                  "rb") as file:
            self.assertEqual(json.load(file)["manifest"],
                             name + "/manifest.json")
        with open(os.path.join(self.there, "hook"), "rb") as file:
            self.assertEqual(json.load(file)["report"], "pair")
        with open(self.place.path("shared/feed.atom"),
                  encoding="utf-8") as file:
            self.assertIn("https://reports.example.org/pair/" + name,
                          file.read())
        self.assertEqual([line for line in self.log()
                          if not line.endswith(" None")], [])
        with open(self.place.path("nginx.log"), encoding="utf-8") as file:
            asked = file.read()
        seen = self.log()
        again = self.place.run("send", "pair", now=None)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self.log(), seen)
        with open(self.place.path("nginx.log"), encoding="utf-8") as file:
            self.assertEqual(file.read(), asked)

    def test_a_hook_that_is_down_is_tried_again_and_the_queue_says_so(self):
        web = self.web()
        self.answer_hooks_with(500)
        self.deliver(self.hook(web))
        done = self.place.run("run", "pair")
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertEqual(self.state("webhook"), [("queued", 500, 1)])
        self.assertIn("HTTP 500", self.place.ask("queue"))
        os.unlink(os.path.join(self.there, "hook-status"))
        done = self.place.run("send", "pair", now=None)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.state("webhook")[0][:2], ("sent", 200))
        self.assertEqual(len(self.log()), 2)

    def test_a_hook_that_refuses_for_good_has_failed_and_is_told(self):
        web = self.web()
        self.answer_hooks_with(400)
        self.deliver(self.hook(web))
        done = self.place.run("run", "pair")
        # the edition is out, and what did not reach somebody is told
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 failed", done.stderr)
        self.assertEqual(self.state("webhook")[0][:2], ("failed", 400))
        # it has ended, so the queue is not the place where it is told
        self.assertIn("1 failed", self.place.ask("history"))
        self.assertIn("HTTP 400", self.place.run("status", now=None).stdout)
        self.place.run("send", "pair", now=None)
        self.assertEqual(len(self.log()), 1)

    @unittest.skipIf(missing("sshd", "ssh-keygen"),
                     missing("sshd", "ssh-keygen"))
    def test_an_sftp_server_gets_the_bundle_by_a_private_key(self):
        port, key = self.sshd()
        os.mkdir(self.place.path("sftp"))
        self.deliver(self.sftp(port, key))
        done = self.place.run("run", "pair")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.state("sftp")[0][0], "sent")
        bundle = self.place.bundles()[0]
        self.assertEqual(tree(self.place.path(
            "sftp/pair", os.path.basename(bundle))), tree(bundle))

    @unittest.skipIf(missing("sshd", "ssh-keygen"),
                     missing("sshd", "ssh-keygen"))
    def test_a_server_with_another_key_gets_nothing_and_the_queue_says_so(
            self):
        port, key = self.sshd()
        other = key[:10] + ("b" if key[10] == "a" else "a") + key[11:]
        self.deliver(self.sftp(port, other))
        done = self.place.run("run", "pair")
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertEqual(self.state("sftp")[0][0], "queued")
        self.assertIn("fingerprint", self.place.ask("queue"))
        self.assertFalse(os.path.exists(self.place.path("sftp")))


if __name__ == "__main__":
    unittest.main()
