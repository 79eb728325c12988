"""A real Slurm with slurmdbd, MariaDB and slurmrestd, started on loopback without systemd.

Nodes and their GPUs are configured, not detected; everything else is as on a cluster: daemons,
jobs, accounting records. It wants Debian's packages, root, and a host name on loopback.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from slurm_files import CLUSTER, DATABASE, NODES, Layout, Ports

PROGRAMS = (
    "munged",
    "mariadbd",
    "mariadb-install-db",
    "slurmdbd",
    "slurmctld",
    "slurmd",
    "slurmrestd",
    "sacct",
    "faketime",
)
USERS = ("alice", "bob", "carol")
_LAST_WORDS = 250


def lacking() -> str | None:
    """Why no testbed can be started here; None where one can."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    absent = [program for program in PROGRAMS if not shutil.which(program, path=path)]
    if not any(Path("/usr/lib").glob("*/slurm-wlm/auth_jwt.so")):
        absent.append("slurm-wlm-jwt-plugin")
    if absent:
        return f"needs Slurm's, munge's and MariaDB's programs: {', '.join(absent)}"
    if os.geteuid() != 0:
        return "needs root, to start Slurm's daemons"
    try:
        address = socket.gethostbyname(_host())
    except OSError:
        address = "nowhere"
    if not address.startswith("127."):
        return f"needs the host name {_host()} on a loopback address in /etc/hosts"
    return None


class SlurmCluster:
    """A running cluster; as a context manager it stops what it started and leaves nothing."""

    def __init__(self) -> None:
        self._daemons: list[subprocess.Popen[bytes]] = []
        self._made_users: list[str] = []
        self._password = secrets.token_hex(12)
        root = Path(tempfile.mkdtemp(prefix="plimsoll-slurm-"))
        self.layout = Layout(root=root, host=_host(), ports=_free_ports())

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *fault: object) -> None:
        self._stop()

    @property
    def environment(self) -> dict[str, str]:
        """The variables under which Slurm's commands find this cluster."""
        path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
        return {
            "PATH": path,
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "SLURM_CONF": str(self.layout.slurm_conf),
        }

    @property
    def database_url(self) -> str:
        """slurmdbd's database, for an account that may read only; see `password`."""
        return f"mysql://reader@127.0.0.1:{self.layout.ports.mariadb}/{DATABASE}"

    @property
    def password(self) -> str:
        """Of the accounts of the database."""
        return self._password

    @property
    def rest_url(self) -> str:
        """Where slurmrestd answers."""
        return f"http://127.0.0.1:{self.layout.ports.slurmrestd}"

    def token(self) -> str:
        """A JSON web token of root for slurmrestd, good for an hour."""
        return self.run("scontrol", "token", "username=root", "lifespan=3600").split("=", 1)[1]

    def run(self, *command: str, user: str | None = None, stdin: str = "") -> str:
        """The output of a command on the cluster, as root or a user."""
        done = subprocess.run(
            command,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            **_identity(user),
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def sreport(self, *arguments: str) -> str:
        """What sreport prints once the hour is over: usage is summed up now, to its end."""
        hour = int(time.time()) // 3600 * 3600
        begin, end = (_slurm_time(hour + shift) for shift in (-86400, 3600))
        self.run("sacctmgr", "-i", "roll", begin, end)
        return self.run("faketime", "-f", "+3600s", "sreport", *arguments)

    def wait_until(self, what: str, ready: Callable[[], bool], *, seconds: float = 60) -> None:
        """Poll until `ready`; an error names what did not come, and where the logs are."""
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what}: not after {seconds:.0f} s\n{self._last_words()}")
            time.sleep(0.2)

    def _start(self) -> None:
        root = self.layout.root
        self.layout.write(password=self._password)
        for user in USERS:
            self._make_user(user)
        self._launch(
            "munged",
            "--foreground",
            f"--key-file={root}/munge/key",
            f"--socket={self.layout.munge_socket}",
            f"--pid-file={root}/munge/pid",
            f"--log-file={root}/munge/log",
            f"--seed-file={root}/munge/seed",
            user="munge",
        )
        self._start_database()
        self.wait_until("munged", self._answers("munge", "-n", f"-S{self.layout.munge_socket}"))
        self._launch("slurmdbd", "-D", user="slurm")
        self.wait_until("slurmdbd", self._answers("sacctmgr", "-n", "show", "cluster"))
        self._make_accounts()
        self._launch("slurmctld", "-D", "-f", str(self.layout.slurm_conf), user="slurm")
        for node in NODES:
            (root / "spool" / node).mkdir()
            self._launch("slurmd", "-D", "-f", str(self.layout.slurm_conf), "-N", node)
        self._start_rest()
        self.wait_until("nodes", self._nodes_are_up)
        self.wait_until("slurmrestd", self._rest_listens)

    def _start_database(self) -> None:
        options = f"--defaults-file={self.layout.root}/mariadb.cnf"
        self.run(
            "mariadb-install-db",
            options,
            "--user=mysql",
            "--auth-root-authentication-method=socket",
            "--skip-test-db",
        )
        self._launch("mariadbd", options, user="mysql")
        self.wait_until("MariaDB", self._answers(*self._sql, "-e", "select 1"))
        self.run(
            *self._sql,
            stdin=f"""create database {DATABASE};
            create user slurm@'127.0.0.1' identified by '{self._password}';
            create user reader@'127.0.0.1' identified by '{self._password}';
            grant all on {DATABASE}.* to slurm@'127.0.0.1';
            grant select on {DATABASE}.* to reader@'127.0.0.1';""",
        )

    @property
    def _sql(self) -> tuple[str, ...]:
        return "mariadb", "--defaults-file=/dev/null", f"--socket={self.layout.mysql_socket}"

    def _make_accounts(self) -> None:
        self._manage("add cluster", CLUSTER)
        for account, parent in {"physics": "root", "lattice": "physics", "bio": "root"}.items():
            self._manage("add account", account, f"cluster={CLUSTER}", f"parent={parent}")
        for user, accounts in {
            "alice": "physics,lattice",
            "bob": "physics",
            "carol": "bio",
        }.items():
            self._manage("add user", user, f"cluster={CLUSTER}", f"account={accounts}")

    def _manage(self, verb: str, *words: str) -> None:
        self.run("sacctmgr", "-iQ", *verb.split(), *words)

    def _start_rest(self) -> None:
        self._launch(
            "slurmrestd",
            "-f",
            str(self.layout.slurm_conf),
            "-a",
            "rest_auth/jwt",
            f"127.0.0.1:{self.layout.ports.slurmrestd}",
            user="nobody",
            variables={"SLURM_JWT": "daemon"},
        )

    def _launch(
        self, *command: str, user: str | None = None, variables: Mapping[str, str] | None = None
    ) -> None:
        program = shutil.which(command[0], path=self.environment["PATH"]) or command[0]
        with (self.layout.root / f"{Path(program).name}.out").open("ab") as output:
            daemon = subprocess.Popen(
                [program, *command[1:]],
                env=self.environment | dict(variables or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                start_new_session=True,
                **_identity(user),
            )
        self._daemons.append(daemon)

    def _stop(self) -> None:
        self._answers("scancel", f"--user={','.join(USERS)}")()
        for daemon in reversed(self._daemons):
            daemon.terminate()
            try:
                daemon.wait(timeout=20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        for user in self._made_users:
            self._answers("userdel", user)()
        shutil.rmtree(self.layout.root, ignore_errors=True)

    def _answers(self, *command: str) -> Callable[[], bool]:
        def answered() -> bool:
            done = subprocess.run(
                command, env=self.environment, capture_output=True, check=False, stdin=None
            )
            return done.returncode == 0

        return answered

    def _nodes_are_up(self) -> bool:
        idle = "sinfo", "-hN", "-t", "idle", "-o", "%N"
        if not self._answers(*idle)():
            return False
        return set(self.run(*idle).split()) == set(NODES)

    def _rest_listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.layout.ports.slurmrestd)) == 0

    def _last_words(self) -> str:
        files = [*self.layout.root.glob("*.out"), *self.layout.log.glob("*.log")]
        texts = ((file.name, file.read_text(errors="replace")[-_LAST_WORDS:]) for file in files)
        return "\n".join(f"--- {name}\n{text}" for name, text in texts if text)

    def _make_user(self, name: str) -> None:
        if subprocess.run(["id", name], capture_output=True, check=False).returncode:
            self.run("useradd", "--no-create-home", "--shell", "/bin/bash", name)
            self._made_users.append(name)


def _identity(user: str | None) -> dict[str, object]:
    """How subprocess becomes another user; nothing for root itself."""
    if user is None:
        return {}
    found = pwd.getpwnam(user)
    groups = os.getgrouplist(user, found.pw_gid)
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": groups}


def _free_ports() -> Ports:
    """Ports that nobody listens on now; all are held until the last is found."""
    held = [socket.socket() for _ in range(4 + len(NODES))]
    for each in held:
        each.bind(("127.0.0.1", 0))
    free = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return Ports(*free[:4], slurmds=tuple(free[4:]))


def _host() -> str:
    return socket.gethostname().partition(".")[0]


def _slurm_time(epoch_s: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(epoch_s))
