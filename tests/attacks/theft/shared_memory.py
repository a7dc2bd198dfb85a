# /dev/shm and /tmp are searched for what others have left there
# wall: without a wall they are shared
# costs: nothing
# %% own
import re
from pathlib import Path

for folder in ("/dev/shm", "/tmp", "/var/tmp"):
    for file in Path(folder).glob("course-canary-*"):
        print(re.findall(r"canary-[0-9a-f]{32}", file.read_text()))
