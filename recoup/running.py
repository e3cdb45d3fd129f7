"""`python -m recoup.running SERVICE PROCESS`: the light way in, without the command's own imports."""

import gc
import sys


def main() -> None:
    """Run the process that the arguments name until SIGTERM or Ctrl-C."""
    # Modules make hundreds of thousands of objects and no garbage: looking for it would take half of the
    # start's CPU time. The process enables it again.
    gc.disable()
    from recoup.errors import Mistake
    from recoup.process import run_process
    from recoup.services import SERVICES, Process

    try:
        run_process(SERVICES[sys.argv[1]], Process(sys.argv[2]))
    except Mistake as mistake:
        sys.exit(str(mistake))


if __name__ == "__main__":
    main()
