"""The configuration of a small cluster with accounting, all of it under one folder."""

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

CLUSTER = "testbed"
DATABASE = "slurm_acct_db"
NODES = {"gpu1": "gpu:a100:4", "gpu2": "gpu:a100:4", "gpu3": "gpu:t4:2", "cpu1": ""}
PARTITIONS = {"train": "gpu[1-2]", "infer": "gpu3", "cpu": "cpu1"}
REQUEUE_WAIT_S = 5


@dataclass(frozen=True)
class Ports:
    """Where each daemon listens, on loopback."""

    mariadb: int
    slurmdbd: int
    slurmctld: int
    slurmrestd: int
    slurmds: tuple[int, ...]


@dataclass(frozen=True)
class Layout:
    """The folder of a testbed and the files in it."""

    root: Path
    host: str
    ports: Ports

    @property
    def munge_socket(self) -> Path:
        return self.root / "munge" / "socket"

    @property
    def mysql_socket(self) -> Path:
        return self.root / "mysql" / "socket"

    @property
    def slurm_conf(self) -> Path:
        return self.root / "slurm.conf"

    @property
    def jwt_key(self) -> Path:
        return self.root / "state" / "jwt.key"

    @property
    def log(self) -> Path:
        return self.root / "log"

    def write(self, *, password: str) -> None:
        """Make the folders and files, each readable by whom it is for."""
        self.root.chmod(0o755)
        for name, owner in {
            "munge": "munge",
            "mysql": "mysql",
            "state": "slurm",
            "log": "slurm",
            "spool": "root",
        }.items():
            (self.root / name).mkdir()
            shutil.chown(self.root / name, owner, owner)
        (self.root / "munge").chmod(0o711)
        for index in range(4):
            (self.root / f"gpu{index}").symlink_to("/dev/null")
        _secret(self.root / "munge" / "key", secrets.token_bytes(512), owner="munge")
        _secret(self.jwt_key, secrets.token_bytes(32), owner="slurm")
        _secret(self.root / "slurmdbd.conf", self._slurmdbd_conf(password).encode(), owner="slurm")
        (self.root / "mariadb.cnf").write_text(self._mariadb_cnf())
        (self.root / "gres.conf").write_text(self._gres_conf())
        self.slurm_conf.write_text(self._slurm_conf())

    def _mariadb_cnf(self) -> str:
        return f"""[mariadbd]
datadir={self.root}/mysql
socket={self.mysql_socket}
pid-file={self.root}/mysql/pid
bind-address=127.0.0.1
port={self.ports.mariadb}
skip-name-resolve
character-set-server=utf8mb4
innodb_use_native_aio=0
innodb_flush_log_at_trx_commit=0
innodb_lock_wait_timeout=900
innodb_log_file_size=32M
innodb_buffer_pool_size=64M
"""

    def _slurmdbd_conf(self, password: str) -> str:
        return f"""DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort={self.ports.slurmdbd}
SlurmUser=slurm
CommunicationParameters=NoInAddrAny
AuthType=auth/munge
AuthInfo=socket={self.munge_socket}
AuthAltTypes=auth/jwt
AuthAltParameters=jwt_key={self.jwt_key}
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={self.ports.mariadb}
StorageUser=slurm
StoragePass={password}
StorageLoc={DATABASE}
PidFile={self.root}/state/slurmdbd.pid
LogFile={self.log}/slurmdbd.log
"""

    def _slurm_conf(self) -> str:
        return "\n".join(
            [
                f"""ClusterName={CLUSTER}
SlurmctldHost={self.host}(127.0.0.1)
SlurmctldPort={self.ports.slurmctld}
SlurmUser=slurm
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
AuthInfo=socket={self.munge_socket},cred_expire={REQUEUE_WAIT_S}
AuthAltTypes=auth/jwt
AuthAltParameters=jwt_key={self.jwt_key}
StateSaveLocation={self.root}/state
SlurmdSpoolDir={self.root}/spool/%n
SlurmctldPidFile={self.root}/state/slurmctld.pid
SlurmdPidFile={self.root}/spool/%n.pid
SlurmctldLogFile={self.log}/slurmctld.log
SlurmdLogFile={self.log}/%n.log
SlurmdParameters=config_overrides
ReturnToService=1
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
KillWait=1
MinJobAge=3600
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=500
PriorityType=priority/multifactor
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={self.ports.slurmdbd}
AccountingStoragePass={self.munge_socket}
AccountingStorageEnforce=associations
AccountingStorageTRES=gres/gpu,gres/gpu:a100,gres/gpu:t4
GresTypes=gpu""",
                *(
                    f"NodeName={node} NodeHostname={node} NodeAddr=127.0.0.1 Port={port} CPUs=16 "
                    f"RealMemory=64000 {f'Gres={gres} ' if gres else ''}State=UNKNOWN"
                    for (node, gres), port in zip(NODES.items(), self.ports.slurmds, strict=True)
                ),
                *(
                    f"PartitionName={name} Nodes={nodes} MaxTime=60 DefaultTime=5"
                    + (" Default=YES" if name == "cpu" else "")
                    for name, nodes in PARTITIONS.items()
                ),
                "",
            ]
        )

    def _gres_conf(self) -> str:
        return "".join(
            f"NodeName={node} Name=gpu Type={gres.split(':')[1]} "
            f"File={self.root}/gpu[0-{int(gres.split(':')[2]) - 1}]\n"
            for node, gres in NODES.items()
            if gres
        )


def _secret(path: Path, content: bytes, *, owner: str) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
    shutil.chown(path, owner, owner)
