"""A real SLURM of two nodes with accounting, on this machine's loopback and in one folder.

It needs Debian's slurmctld, slurmd, slurm-client, munge, slurmdbd and mariadb-server-core, runs as
any user, and stops what it started.
"""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil

HERE = Path(__file__).parent
ACCOUNT, PARTITION, NODES = "proj", "main", ("n1", "n2")
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "slurmdbd", "mariadbd", "mariadb")


def missing_programs() -> list[str]:
    """Programs that a cluster needs and this machine has not."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class Cluster:
    """A SLURM in a folder, up between `start` and `stop`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {
            "SLURM_CONF": str(folder / "slurm.conf"),
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        }

    def start(self) -> None:
        """Bring up munge, the database, accounting, the controller and both nodes."""
        self._write_files()
        munge = self.folder / "munge"
        self._run("munged", "--force", f"--socket={munge}/socket", f"--key-file={munge}/key",
                  f"--pid-file={self.folder}/munged.pid", f"--log-file={munge}/log",
                  f"--seed-file={munge}/seed")  # fmt: skip
        self._start_database()
        self._run("slurmdbd")
        self._wait(lambda: self._succeeds("sacctmgr", "-n", "list", "cluster"))
        for entity in (
            ("cluster", "toy"),
            ("account", ACCOUNT, "Cluster=toy", "Description=x", "Organization=x"),
            ("user", getpass.getuser(), f"account={ACCOUNT}"),
        ):
            self._run("sacctmgr", "-i", "-Q", "add", *entity)
        self._run("slurmctld")
        for node in NODES:
            self.start_node(node)
        self._wait(lambda: self.query("sinfo", "-h", "-N", "-o", "%T").split() == ["idle"] * 2)

    def stop(self) -> None:
        """Cancel all jobs and stop the daemons by their pid files, the last started first."""
        subprocess.run(
            ["scancel", "--user", getpass.getuser()], env=self.environment, timeout=20, check=False
        )
        names = ("slurmd.n1", "slurmd.n2", "slurmctld", "slurmdbd", "mariadbd", "munged")
        for name in names:
            self._stop_daemon(name)

    def start_node(self, node: str) -> None:
        """Start a node's daemon."""
        self._run("slurmd", "-N", node)

    def stop_node(self, node: str) -> None:
        """Kill a node's daemon, as a node that goes down."""
        self._stop_daemon(f"slurmd.{node}", signal.SIGKILL)

    def query(self, *command: str) -> str:
        """Output of a SLURM command."""
        run = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=60, check=True
        )
        return run.stdout

    def accounting(self) -> list[dict[str, str]]:
        """What SLURM's accounting says of every job: id, state, node, memory and time asked for."""
        fields = ["JobID", "State", "NodeList", "ReqMem", "Account", "Comment"]
        text = self.query("sacct", "-X", "-n", "-P", "--format", ",".join(fields))
        return [dict(zip(fields, line.split("|"), strict=True)) for line in text.splitlines()]

    def _write_files(self) -> None:
        for name in ("state", "spool.n1", "spool.n2", "log", "munge", "database", "bin"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "munge").chmod(0o700)
        key = self.folder / "munge/key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        ports = dict(zip(("slurmctld", "slurmdbd", "mariadbd", *NODES), _free_ports(5)))
        self.database_port = ports["mariadbd"]
        values = {f"{name}_port": port for name, port in ports.items()}
        for name in ("slurm.conf", "slurmdbd.conf"):
            text = (HERE / name).read_text()
            path = self.folder / name
            path.write_text(text.format(folder=self.folder, user=getpass.getuser(), **values))
            path.chmod(0o600)
        # the plugin's inner step drops SLURM_CONF from the environment, but keeps PATH
        shim = self.folder / "bin/srun"
        real = shutil.which("srun")
        shim.write_text(f'#!/bin/sh\nSLURM_CONF={self.folder}/slurm.conf exec {real} "$@"\n')
        shim.chmod(0o755)

    def _start_database(self) -> None:
        data, socket_file = self.folder / "database", self.folder / "database.socket"
        user = f"--user={getpass.getuser()}"
        self._run("mariadb-install-db", "--no-defaults", user, f"--datadir={data}",
                  "--auth-root-authentication-method=normal", "--skip-test-db")  # fmt: skip
        with open(self.folder / "log/mariadbd.log", "w") as log:
            subprocess.Popen(
                ["mariadbd", "--no-defaults", user, f"--datadir={data}", f"--socket={socket_file}",
                 f"--port={self.database_port}", "--bind-address=127.0.0.1",
                 f"--pid-file={self.folder}/mariadbd.pid", "--innodb-buffer-pool-size=64M",
                 "--innodb-log-file-size=16M", "--innodb-lock-wait-timeout=900"],
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        client = ("mariadb", "--no-defaults", "-S", str(socket_file), "-u", "root", "-e")
        self._wait(lambda: self._succeeds(*client, "select 1"))
        grants = "".join(
            f"create user slurm@'{host}' identified by 'slurm';"
            f"grant all on slurm_acct.* to slurm@'{host}';"
            for host in ("127.0.0.1", "localhost")
        )
        self._run(*client, f"create database slurm_acct;{grants}")

    def _run(self, *command: str) -> None:
        with open(self.folder / "log/commands.log", "a") as log:
            subprocess.run(
                command, env=self.environment, stdout=log, stderr=log, timeout=60, check=True
            )

    def _succeeds(self, *command: str) -> bool:
        run = subprocess.run(
            command, env=self.environment, capture_output=True, timeout=60, check=False
        )
        return run.returncode == 0

    def _wait(self, ready: Callable[[], bool], seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > end:
                raise TimeoutError(f"SLURM did not come up, see {self.folder}/log")
            time.sleep(0.1)

    def _stop_daemon(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        pid_file = self.folder / f"{name}.pid"
        if not pid_file.exists():
            return
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(int(pid_file.read_text()))
            process.send_signal(how)
            _, alive = psutil.wait_procs([process], timeout=10)
            for left in alive:
                left.kill()
        pid_file.unlink(missing_ok=True)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
