"""Orders to an agent that is worked against, held against a model of what must be true."""
import signal

import deaths
import scenes


class Model:
    """What must be true of each instance: image, the kept one, wanted power, digests of data disks."""

    def __init__(self):
        self.instances = {}
        self.images = set()

    def move(self, order, job):
        kind, name, image, keep = order
        done = job is not None and job["state"] == "succeeded"
        if not done:
            return
        if kind == "create":
            self.instances[name] = {"image": image, "kept": None, "running": True}
        elif kind == "release":
            del self.instances[name]
        elif kind == "reimage":
            now = self.instances[name]
            now.update(kept=now["image"] if keep else None, image=image)
        elif kind == "revert":
            now = self.instances[name]
            now.update(image=now["kept"], kept=now["image"])
        elif kind == "commit":
            self.instances[name]["kept"] = None
        elif kind in ("start", "stop"):
            self.instances[name]["running"] = kind == "start"


class Walk:
    def __init__(self, world):
        self.world, self.node = world, world.node
        self.model = Model()
        self.counts = {}
        self.data = {}

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def request(self, order):
        kind, name, image, keep = order
        if kind == "create":
            return scenes.create(name, image, self.world.data_sizes)
        if kind == "reimage":
            return ("POST", f"/v1/instances/{name}/reimage",
                    {"image": image, "accept_data_loss": True, "keep_old_seconds": 3600 if keep else 0})
        if kind == "release":
            return ("DELETE", f"/v1/instances/{name}", {})
        return ("POST", f"/v1/instances/{name}/{kind}", {})

    def settle(self, orders, keys, answers, evil):
        """Each order's job comes to a true end, which it returns (None: not recorded); the model moves on and must hold."""
        jobs = self.ends_of(keys)
        for order, key, answer in zip(orders, keys, answers):
            job = jobs.get(key)
            assert answer is None or job is not None, "an answered order is not recorded"
            state = job["state"] if job else "not recorded"
            assert state in ("succeeded", "failed", "rolled_back", "cancelled", "not recorded"), job
            self.count(f"{order[0]} {state}")
            self.model.move(order, job)
            if job:
                assert self.node.order(self.request(order), key)["id"] == job["id"], "the same key gave another job"
        self.check(evil)
        return [jobs.get(key) for key in keys]

    def ends_of(self, keys):
        while True:
            try:
                jobs = {job["idempotency_key"]: self.node.wait_for(job["id"], self.world.patience)
                        for job in self.node.call("GET", "/v1/jobs")["jobs"] if job["idempotency_key"] in keys}
                if None not in jobs.values():
                    return jobs
            except ConnectionError:
                pass
            self.start_after_libvirt_crashed_it()

    def start_after_libvirt_crashed_it(self):
        """libvirt 9.0 may call back a thread's stack that is gone, after a connection broke (virNetClientIOEventLoop). systemd
        starts the agent again, and so is it done here. Any other death is a fault."""
        died_of = -self.node.process.wait(10)
        place = deaths.place_of_last(self.node.log)
        assert self.world.on_libvirt and died_of == signal.SIGSEGV and deaths.is_in_client_of_libvirt(place), \
            f"the agent died of signal {died_of} at {place}"
        self.count("agent crashed in libvirt")
        self.node.start()
        assert self.node.wait_until_ready(), "the agent does not start again"

    def check(self, evil):
        node = self.node
        views = {view["name"]: view for view in node.call("GET", "/v1/instances")["instances"]}
        assert set(views) == set(self.model.instances), f"{set(views)} instead of {set(self.model.instances)}"
        for name, must in self.model.instances.items():
            view = views[name]
            assert view["system"]["image_name"] == f"{must['image']}@1", f"{name}: {view['system']['image_name']}, not {must['image']}"
            assert (view["retained"] is None) == (must["kept"] is None), f"{name}: kept {view['retained']}"
            assert view["wanted_running"] == must["running"]
        self.world.check(self.model, views, evil)
        scenes.check_nothing_leaked(node)
        left = scenes.data_digests(node) if not self.world.on_libvirt else {}
        for path, digest in left.items():
            assert self.data.get(path, digest) == digest, f"{path} changed"
        self.data = left
