"""``python -m relay <verb>``: hands over to the workbench, which never ships to the cloud."""

import io
import sys


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a mark that the encoding lacks ends no command
            stream.reconfigure(errors="replace")
    try:
        from workbench import output
        from workbench.commands import main as commands
    except ModuleNotFoundError as error:
        sys.exit(
            f"python -m relay needs the package {error.name}, which is not installed here.\n"
            "Run: python -m pip install -r requirements-workbench.txt"
        )
    output.run(commands, sys.argv[1:])


if __name__ == "__main__":
    main()
