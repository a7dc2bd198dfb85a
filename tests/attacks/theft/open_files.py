# The files that the kernel has inherited from the processes before it are read
# costs: nothing
# %% own
import os
import re
import stat

for name in os.listdir("/proc/self/fd"):
    try:
        if stat.S_ISREG(os.fstat(int(name)).st_mode):
            os.lseek(int(name), 0, os.SEEK_SET)
            text = os.read(int(name), 10**6).decode(errors="replace")
            print(re.findall(r"canary-[0-9a-f]{32}", text))
    except OSError:
        continue
