"""A disk that fails for real: nbdkit's error and delay filters under a loop device, and the kernel's ext4 on it.

What failpoints make up, the kernel does here: a write that fails after write(2) had taken it shows at fsync(2) only, once, and
what the page cache then shows is not what the disk holds; a journal that cannot be written turns the file system read-only.
Needs root, nbdkit, nbdfuse and losetup."""
import collections
import os
import shutil
import signal
import subprocess
import time

import worlds

SIZE = "512M"


class FailingDisk:
    """An ext4 on a file of `folder`, mounted at `place`. While it is `broken`, writes fail by a rate that each mount chooses."""

    def __init__(self, folder, place):
        self.folder, self.place = f"{folder}/disk", place
        self.switch = f"{self.folder}/broken"
        self.device, self.processes = None, []
        os.makedirs(f"{self.folder}/fuse")
        os.makedirs(place, exist_ok=True)
        run("truncate", "-s", SIZE, f"{self.folder}/disk.img")
        run("mkfs.ext4", "-q", "-m", "0", f"{self.folder}/disk.img")

    def mount(self, rate, delay):
        """`rate`: of the writes that fail while it is broken; `delay`: of each write, in milliseconds."""
        socket = f"{self.folder}/nbd"
        filters = ["--filter=error"] + (["--filter=delay"] if delay else [])
        self.start("nbdkit", "-f", "-U", socket, *filters, "file", f"{self.folder}/disk.img", f"error-pwrite-rate={rate}",
                   f"error-pwrite-file={self.switch}", *([f"delay-write={delay}ms"] if delay else []))
        wait_for(lambda: os.path.exists(socket))
        self.start("nbdfuse", f"{self.folder}/fuse/disk", "--unix", socket)
        wait_for(lambda: os.path.exists(f"{self.folder}/fuse/disk"))
        self.device = run("losetup", "--find", "--show", f"{self.folder}/fuse/disk").strip()
        fixed = subprocess.run(["e2fsck", "-fy", self.device], capture_output=True, text=True, check=False)
        assert fixed.returncode in (0, 1), f"the file system cannot be mended: {fixed.stdout}"
        self.note(f"rate {rate}, delay {delay}, e2fsck {fixed.returncode}: {fixed.stdout} {fixed.stderr}")
        run("mount", "-o", "errors=remount-ro", self.device, self.place)
        shutil.rmtree(f"{self.place}/lost+found", ignore_errors=True)

    def start(self, *command):
        with open(f"{self.folder}/log", "ab") as log:
            self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def note(self, text):
        with open(f"{self.folder}/log", "a") as log:
            log.write(f"{time.time()} {text}\n")

    def break_down(self):
        open(self.switch, "w").close()

    def is_read_only(self):
        return os.statvfs(self.place).f_flag & os.ST_RDONLY != 0

    def unmount(self):
        """While it is broken, so that nothing is written at last that had failed; it works again afterwards."""
        if self.device:
            wait_for(lambda: subprocess.run(["umount", self.place], capture_output=True, check=False).returncode == 0)
            run("losetup", "--detach", self.device)
            self.device = None
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        self.processes = []
        for left in (self.switch, f"{self.folder}/nbd"):
            if os.path.exists(left):
                os.unlink(left)


class FailingDiskWorld(worlds.FileWorld):
    """The state folder lies on such a disk. After each fault it is unmounted, mended by e2fsck and mounted again."""
    patience = 120
    evils = ["nothing", "kill", "break", "break", "break"]

    def __init__(self, build, folder):
        super().__init__(build, folder)
        self.disk = FailingDisk(folder, self.node.state)
        self.counts = collections.Counter()
        self.longest = 0

    def begin(self):
        self.disk.mount("0%", 0)
        super().begin()

    def end(self):
        super().end()
        self.disk.unmount()
        told = "; ".join(f"{what}: {count}" for what, count in sorted(self.counts.items()))
        print(f"{told}; the longest answer to a look: {self.longest:.2f} s")

    def arm(self, evil, random):
        if evil == "break":
            self.disk.break_down()

    def do_evil(self, evil, random, answers):
        self.look_for(random.random() * 3)
        if evil == "nothing":
            return
        self.counts["file system turned read-only"] += self.disk.is_read_only()
        self.counts["orders not answered"] += answers.count(None)
        self.node.stop(signal.SIGKILL)
        self.disk.unmount()
        self.disk.mount(random.choice(["100%", "30%", "5%", "1%"]), random.choice([0, 0, 0, 20]))
        self.node.start()
        assert self.node.wait_until_ready(), "the agent does not start again"


    def look_for(self, seconds):
        """What is there is shown meanwhile, whatever becomes of the disk."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.monotonic()
            self.node.call("GET", "/v1/instances")
            self.longest = max(self.longest, time.monotonic() - began)
            time.sleep(0.1)


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def wait_for(holds):
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "the disk does not come or go"
        time.sleep(0.05)
