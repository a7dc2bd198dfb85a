# The command lines, environments and open files of all processes of the machine are read
# wall: without a wall they can be read
# costs: nothing
# stock: not run: dangerous
# %% own
import re
from pathlib import Path

for process in Path("/proc").glob("[0-9]*"):
    for name in ("cmdline", "environ", "root/etc/hostname", "cwd/notes.txt"):
        try:
            text = (process / name).read_text(errors="replace")
            print(re.findall(r"canary-[0-9a-f]{32}", text), end="")
        except OSError:
            continue
