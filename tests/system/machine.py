# SPDX-License-Identifier: Apache-2.0
"""A machine to boot: a Debian tree of the host's own release with our programs
installed in it, run by systemd-nspawn with a network of loopback only.

The tree is made once by debootstrap, from the mirror that the host's own apt
uses, and kept in build/system. Each run writes into an overlay above it that
goes away with the run. Nothing on the host is changed, and only processes that
this file started are ended.
"""
import os
import re
import shutil
import signal
import subprocess
import time

HOUSE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PLACE = os.path.join(HOUSE, "build", "system")
TREE_S = 1800  # two minutes on an idle machine
UNIT = "tradestatd.service"
BASE = ["systemd", "systemd-sysv", "dbus", "gnuplot-nox", "fonts-inter",
        "fontconfig", "ca-certificates", "tzdata", "procps"]


def remove(place):
    """Removes a tree that others may have mounted things in: a mount that is
    not given back is never descended into."""
    with open("/proc/self/mounts") as lines:
        mounts = [line.split()[1] for line in lines]
    for mount in sorted((m for m in mounts
                         if m == place or m.startswith(place + "/")),
                        reverse=True):
        for _ in range(20):
            if subprocess.run(["umount", mount],
                              capture_output=True).returncode == 0:
                break
            time.sleep(0.5)
        else:
            raise OSError(f"{mount} is still in use")
    shutil.rmtree(place, ignore_errors=True)


class Impossible(Exception):
    """This machine cannot do it; the text says why."""


def output(*argv, timeout=60):
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=timeout, check=True).stdout


def wait_for(what, seconds, ask):
    """Asks until it is told something true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        told = ask()
        if told:
            return told
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.2)


def release():
    with open("/etc/os-release") as lines:
        for line in lines:
            if line.startswith("VERSION_CODENAME="):
                return line.split("=", 1)[1].strip().strip('"')
    raise Impossible("/etc/os-release names no release")


def mirror(suite):
    """Where this host's apt gets that release from."""
    told = output("apt-get", "indextargets", "--format",
                  "$(RELEASE) $(COMPONENT) $(SITE)", "Created-By: Packages")
    for line in told.splitlines():
        words = line.split()
        if words[:2] == [suite, "main"]:
            return words[2]
    raise Impossible(f"apt knows no mirror of {suite}")


def library_packages(programs):
    """The packages whose libraries our programs are linked with."""
    paths = set()
    for program in programs:
        for path in re.findall(r"=> (/\S+)", output("ldd", program)):
            # dpkg knows a file by the name it was packed with
            paths |= {path, path.replace("/lib/", "/usr/lib/", 1)}
    told = subprocess.run(["dpkg", "-S", *paths], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60).stdout
    return {line.split(":", 1)[0] for line in told.splitlines()}


def check_possible():
    if os.geteuid() != 0:
        raise Impossible("only root can boot a machine")
    for program, package in (("systemd-nspawn", "systemd-container"),
                             ("debootstrap", "debootstrap"),
                             ("nsenter", "util-linux"),
                             ("apt-get", "apt")):
        if shutil.which(program) is None:
            raise Impossible(f"{program} is not installed (package {package})")


def tree(programs):
    """The unchanged Debian tree, made when it is not there or lacks some
    package."""
    root, list_file = os.path.join(PLACE, "root"), os.path.join(PLACE, "packages")
    wanted = sorted(set(BASE) | library_packages(programs))
    try:
        with open(list_file) as had:
            if set(wanted) <= set(had.read().split()) and os.path.isdir(root):
                return root
    except FileNotFoundError:
        pass
    suite, new = release(), root + ".new"
    for old in (new, root):
        remove(old)
    os.makedirs(PLACE, exist_ok=True)
    print(f"making a tree of {suite}, once ...", flush=True)
    log = os.path.join(PLACE, "debootstrap.log")
    with open(log, "w") as said:
        making = subprocess.Popen(
            ["debootstrap", "--variant=minbase",
             "--include=" + ",".join(wanted), suite, new, mirror(suite)],
            stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            start_new_session=True)
        try:
            made = making.wait(TREE_S) == 0
        except subprocess.TimeoutExpired:
            made = False
        finally:
            if making.poll() is None:
                # with all that it started in there
                os.killpg(making.pid, signal.SIGKILL)
                making.wait()
    if not made:
        remove(new)
        raise Impossible(f"debootstrap could not make a tree, see {log}")
    os.rename(new, root)
    with open(list_file, "w") as had:
        had.write("\n".join(wanted) + "\n")
    return root


class Machine:
    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.run_place = os.path.join(PLACE, f"run-{os.getpid()}")
        self.root = os.path.join(self.run_place, "root")
        self.nspawn = None
        self.leader = None

    def path(self, inside):
        return os.path.join(self.root, inside.lstrip("/"))

    def write(self, inside, text):
        path = self.path(inside)
        os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
        with open(path, "w") as out:
            out.write(text)
        os.chmod(path, 0o644)

    def prepare(self):
        programs = [os.path.join(self.build, name)
                    for name in ("tradestat", "tradestatd")]
        below = tree(programs)
        upper, work = (os.path.join(self.run_place, name)
                       for name in ("upper", "work"))
        for folder in (upper, work, self.root):
            os.makedirs(folder)
        if subprocess.run(["mount", "-t", "overlay", "tradestat-test", "-o",
                           f"lowerdir={below},upperdir={upper},workdir={work}",
                           self.root], capture_output=True).returncode != 0:
            raise Impossible("no overlay can be mounted here")
        subprocess.run(["make", "--no-print-directory", "-C", HOUSE, "install",
                        f"BUILD={self.build}", f"DESTDIR={self.root}",
                        "prefix=/usr"], check=True, timeout=900,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        # an id of its own, made at the first boot
        self.write("/etc/machine-id", "")

    def boot(self):
        self.log = open(os.path.join(PLACE, "boot.log"), "w")
        self.nspawn = subprocess.Popen(
            ["systemd-nspawn", "-D", self.root, "--register=no", "--keep-unit",
             "--private-network", "--link-journal=no", "--quiet",
             "--machine=tradestat-test", "-b"], stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log, start_new_session=True)

        def running():
            if self.nspawn.poll() is not None:
                raise Impossible("systemd-nspawn ended at once, see "
                                 + self.log.name)
            self.leader = self.leader or self.first_child()
            return self.leader and self.run(
                "systemctl", "is-system-running", check=False
            ).stdout.strip() in ("running", "degraded")
        try:
            wait_for("the machine is up", 90, running)
        except AssertionError:
            raise Impossible(f"no machine boots here, see {self.log.name}")

    def first_child(self):
        for entry in os.listdir("/proc"):
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    if entry.isdigit() and int(
                            stat.read().rsplit(")", 1)[1].split()[1]
                    ) == self.nspawn.pid:
                        return int(entry)
            except OSError:
                continue
        return None

    def run(self, *argv, timeout=60, check=True):
        done = subprocess.run(
            ["nsenter", "-t", str(self.leader), "-a", "--", *argv],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=timeout, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                                  "LC_ALL": "C.UTF-8", "SYSTEMD_PAGER": ""})
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(argv)}: exit {done.returncode}: "
                                 f"{done.stdout}{done.stderr}")
        return done

    def show(self, name, unit=UNIT):
        return self.run("systemctl", "show", "--value", "-p", name,
                        unit).stdout.strip()

    def stop(self):
        if self.leader is not None and self.nspawn.poll() is None:
            os.kill(self.leader, signal.SIGRTMIN + 4)
            try:
                self.nspawn.wait(15)
            except subprocess.TimeoutExpired:
                pass
        if self.nspawn is not None and self.nspawn.poll() is None:
            # all of the machine goes with its first process
            if self.leader is not None:
                os.kill(self.leader, signal.SIGKILL)
            self.nspawn.kill()
            self.nspawn.wait(15)
        remove(self.run_place)
