"""A real imprintd with tests/support/failpoints preloaded: what the tests that kill it share."""
import ctypes
import filecmp
import glob
import http.client
import json
import mmap
import os
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import time

NONE, KILL, FAIL, BROKEN, DELAY, SLOW, CROWDED = range(7)  # Action of tests/support/failpoints/control.h
OPEN = ("queued", "running")


class Connection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Refused(Exception):
    """The agent answered with a problem document."""

    def __init__(self, status, problem):
        super().__init__(f"{status}: {problem.get('detail')}")
        self.status, self.problem = status, problem


class Control:
    """The file that the preloaded library and the test both map."""

    def __init__(self, path):
        with open(path, "wb") as file:
            file.write(bytes(24))
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 24)

    def set(self, armed, at=-1, action=NONE, error=0):
        self.map[0:24] = struct.pack("6i", 0, at, action, error, 0, 0)
        self.map[0:4] = struct.pack("i", int(armed))

    @property
    def count(self):
        return struct.unpack("i", self.map[16:20])[0]

    @property
    def fired(self):
        return struct.unpack("i", self.map[20:24])[0]


class Node:
    """A state folder with an agent on it that may be killed, started again, and killed again."""

    def __init__(self, scratch, build, config, preload=True):
        self.scratch, self.build = scratch, build
        self.state = f"{scratch}/state"
        self.shadow = f"{scratch}-shadow"
        self.socket = f"{scratch}/imprint.sock"
        self.log = f"{scratch}.log"
        self.trace = f"{scratch}.trace"
        self.config = f"{scratch}.toml"
        self.preload = preload
        self.process = None
        self.environment = {}
        os.makedirs(scratch, mode=0o711, exist_ok=True)
        with open(self.config, "w") as file:
            file.write(config)
        self.control = Control(f"{scratch}.control")

    # The process

    def start(self, armed=False, at=-1, action=NONE, error=0, wrapper=()):
        self.control.set(armed, at, action, error)
        environment = dict(os.environ, **self.environment)
        if self.preload:
            environment.update(
                LD_PRELOAD=f"{self.build}/test-lib/libimprint-failpoints.so",
                IMPRINT_FAILPOINTS_CONTROL=f"{self.scratch}.control",
                IMPRINT_FAILPOINTS_SCOPE=self.scratch + "/",
                IMPRINT_FAILPOINTS_TRACE=self.trace,
                IMPRINT_FAILPOINTS_SHADOW=self.shadow,
                IMPRINT_FAILPOINTS_SHADOWED=self.state,
                IMPRINT_FAILPOINTS_HURRY=environment.get("IMPRINT_FAILPOINTS_HURRY", "50"),
            )
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*wrapper, f"{self.build}/bin/imprintd", "--config", self.config],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment)

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def wait_until_ready(self, limit=30):
        """False: it died before it answered."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if not self.alive():
                return False
            try:
                if self.call("GET", "/healthz", timeout=2):
                    return True
            except OSError:
                time.sleep(0.005)
        raise AssertionError("the agent does not answer")

    def stop(self, number=signal.SIGTERM):
        if self.process is None:
            return
        if self.alive():
            self.process.send_signal(number)
        self.process.wait(60)
        self.process = None

    # Calls

    def call(self, method, path, body=None, key=None, timeout=30, headers=None):
        connection = Connection(self.socket, timeout)
        headers = dict(headers or {}, **{"Content-Type": "application/json"})
        if key:
            headers["Idempotency-Key"] = key
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
        except http.client.HTTPException as fault:
            raise ConnectionError(str(fault)) from fault
        finally:
            connection.close()
        value = json.loads(text) if text else None
        if answer.status >= 400:
            raise Refused(answer.status, value)
        return value

    def order(self, order, key):
        """order: method, path, body."""
        return self.call(order[0], order[1], order[2], key)

    def wait_for(self, job, limit=60):
        """The job's end; None if the agent died meanwhile."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            try:
                now = self.call("GET", f"/v1/jobs/{job}")
                if now["state"] not in OPEN:
                    return now
            except OSError:
                if not self.alive():
                    return None
            time.sleep(0.004)
        raise AssertionError(f"job {job} does not end: {now}")

    def done(self, order, key=None):
        job = self.wait_for(self.order(order, key or f"setup-{time.monotonic_ns()}")["id"])
        assert job["state"] == "succeeded", job
        return job

    # What a power cut leaves

    def sync_all(self):
        """All that is there now counts as synced."""
        shutil.rmtree(self.shadow, ignore_errors=True)
        os.makedirs(self.shadow)
        for folder, folders, files in os.walk(self.state):
            with open(f"{self.shadow}/{identity(folder)}", "w") as names:
                for name in folders + files:
                    kind = "d" if name in folders else "f"
                    names.write(f"{kind} {identity(f'{folder}/{name}')} {name}\n")
            for name in files:
                if os.path.isfile(f"{folder}/{name}"):
                    shutil.copyfile(f"{folder}/{name}", f"{self.shadow}/{identity(f'{folder}/{name}')}")

    def cut_power(self, random=None):
        """Puts the state folder back to what was synced. With `random` each file and each folder is, by its throw,
        either that or what it was at last, as a disk may have written some of it. A file that stays as it is is not
        touched: its inode and times are what seals go by."""
        left = f"{self.scratch}-after-the-cut"
        shutil.rmtree(left, ignore_errors=True)
        os.mkdir(left)
        self._restore_folder(identity(self.state), self.state, left, random)
        make_alike(left, self.state)
        shutil.rmtree(left)

    def _restore_folder(self, number, was, to, random):
        listing = f"{self.shadow}/{number}"
        names = {}
        if os.path.exists(listing):
            with open(listing) as lines:
                for line in lines:
                    kind, inode, name = line.rstrip("\n").split(" ", 2)
                    names[name] = (kind, inode)
        where = self._paths_by_identity()
        if random is not None and os.path.isdir(was) and random.random() < 0.5:
            names = {name: ("d" if os.path.isdir(f"{was}/{name}") else "f", identity(f"{was}/{name}"))
                     for name in os.listdir(was)}
        for name, (kind, inode) in sorted(names.items()):
            source = where.get(inode)
            if kind == "d":
                os.mkdir(f"{to}/{name}")
                os.chmod(f"{to}/{name}", 0o711)
                self._restore_folder(inode, source or "/nonexistent", f"{to}/{name}", random)
                continue
            synced = f"{self.shadow}/{inode}"
            if random is not None and source and random.random() < 0.5:
                shutil.copy(source, f"{to}/{name}")
            elif os.path.exists(synced):
                shutil.copyfile(synced, f"{to}/{name}")
            else:
                open(f"{to}/{name}", "w").close()
            os.chmod(f"{to}/{name}", os.stat(source).st_mode & 0o7777 if source else 0o600)

    def _paths_by_identity(self):
        found = {}
        for folder, folders, files in os.walk(self.state):
            for name in folders + files:
                found[identity(f"{folder}/{name}")] = f"{folder}/{name}"
        return found

    # What is written down

    def recorded_jobs(self):
        """The journal as it stands, also while no agent runs."""
        if not os.path.exists(f"{self.state}/journal.db"):
            return []
        copy = f"{self.scratch}-journal"
        shutil.rmtree(copy, ignore_errors=True)
        os.mkdir(copy)
        for path in glob.glob(f"{self.state}/journal.db*"):
            if not path.endswith("-shm"):
                shutil.copy(path, copy)
        database = sqlite3.connect(f"{copy}/journal.db")
        try:
            return [json.loads(row[0])["job"] for row in database.execute("SELECT record FROM jobs")]
        except sqlite3.DatabaseError:
            return []
        finally:
            database.close()


def make_alike(model, folder):
    """The folder gets the model's names and bytes."""
    for name in os.listdir(folder):
        path, wanted = f"{folder}/{name}", f"{model}/{name}"
        if os.path.isdir(path) and not os.path.isdir(wanted):
            shutil.rmtree(path)
        elif not os.path.isdir(path) and not os.path.isfile(wanted):
            os.unlink(path)
    for name in os.listdir(model):
        path, wanted = f"{folder}/{name}", f"{model}/{name}"
        if os.path.isdir(wanted):
            os.makedirs(path, mode=0o711, exist_ok=True)
            make_alike(wanted, path)
        elif not os.path.isfile(path) or not filecmp.cmp(wanted, path, shallow=False):
            shutil.copyfile(wanted, f"{path}.restored")
            shutil.copymode(wanted, f"{path}.restored")
            os.rename(f"{path}.restored", path)


_libc = ctypes.CDLL(None, use_errno=True)


def identity(path):
    """As in shadow.cpp: the inode with the time of its birth."""
    buffer = ctypes.create_string_buffer(256)
    if _libc.statx(-100, path.encode(), 0x100, 0x900, buffer) != 0:
        return ""
    inode = struct.unpack_from("Q", buffer.raw, 32)[0]
    seconds, nanoseconds = struct.unpack_from("qI", buffer.raw, 80)
    return f"{inode}-{seconds}.{nanoseconds}"
