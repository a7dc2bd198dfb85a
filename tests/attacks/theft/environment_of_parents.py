# The environments of the processes that started the kernel are read from /proc
# wall: without a wall they can be read
# costs: nothing
# %% own
import os
import re
from pathlib import Path

pid = os.getppid()
while pid > 0:
    try:
        text = Path(f"/proc/{pid}/environ").read_text(errors="replace")
        print(re.findall(r"canary-[0-9a-f]{32}", text))
        pid = int(re.search(r"PPid:\s*(\d+)", Path(f"/proc/{pid}/status").read_text())[1])
    except OSError:
        break
