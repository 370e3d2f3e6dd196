"""What the scripts of this folder share: running oxbow-sim, and printing what came out."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def options(description, data=False):
    """The script's own options; --quick runs it small, to see that it works."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="smaller networks, fewer queries")
    if data:
        parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data",
                            help="folder of the crawls, *.edges [%(default)s]")
    return parser.parse_args()


def simulate(command, **given):
    """Runs `oxbow-sim COMMAND --name value …` and gives its JSON."""
    program = Path(os.environ.get("OXBOW_BIN", ROOT / "build")) / "oxbow-sim"
    if not program.exists():
        sys.exit(f"{program} is not there: run `make` first, or set OXBOW_BIN")
    words = [str(program), command, "-o", "json"]
    for name, value in given.items():
        words += [f"--{name.replace('_', '-')}={'yes' if value is True else value}"]
    ran = subprocess.run(words, stdout=subprocess.PIPE, text=True)
    if ran.returncode not in (0, 1):
        sys.exit(ran.returncode)
    return json.loads(ran.stdout)


def crawl(folder, day):
    """A crawl's file; ends the script where there is none."""
    path = folder / f"gnutella-2002-08-{day}.edges"
    if not path.exists():
        sys.exit(f"{path} is not there: give the folder with the crawls by --data FOLDER")
    return path


def span(values, digits=1):
    """`1.5 to 2.7`, or one number where they round to the same."""
    least, most = (f"{value:.{digits}f}" for value in (min(values), max(values)))
    return least if least == most else f"{least} to {most}"


def listed(words):
    """`a, b and c`; `none`."""
    words = [str(word) for word in words]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words) or "none"


def table(titles, rows):
    """Prints rows under titles, numbers to the right."""
    shown = [[f"{cell:,.0f}" if isinstance(cell, float) and abs(cell) >= 100
              else f"{cell:.2f}" if isinstance(cell, float)
              else f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row]
             for row in rows]
    widths = [max(len(line[i]) for line in [titles] + shown) for i in range(len(titles))]
    is_text = [all(isinstance(row[i], str) for row in rows) for i in range(len(titles))]
    for line in [titles] + shown:
        print("  ".join(cell.ljust(width) if left else cell.rjust(width)
                        for cell, width, left in zip(line, widths, is_text)).rstrip())
