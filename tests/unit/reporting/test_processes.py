"""What each process loads."""

import subprocess
import sys

_LOADS = "import sys, services.reporting.main; print('nicegui' in sys.modules, 'aiokafka' in sys.modules)"


def test_api_and_worker_do_not_load_the_consoles_toolkit() -> None:
    said = subprocess.run([sys.executable, "-c", _LOADS], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "False"]
