# The memory of the processes that started the kernel is read by ptrace and /proc/PID/mem
# wall: without a wall root can read it
# costs: nothing
# stock: not run: dangerous
# %% own
import ctypes
import os
import re

libc = ctypes.CDLL(None, use_errno=True)
for pid in (os.getppid(), 1):
    attached = libc.ptrace(16, pid, None, None)  # PTRACE_ATTACH
    print(pid, attached, os.strerror(ctypes.get_errno()))
    try:
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
            for line in maps:
                start, end = (int(part, 16) for part in line.split()[0].split("-"))
                if "heap" in line or "[stack" in line:
                    memory.seek(start)
                    found = re.findall(rb"canary-[0-9a-f]{32}", memory.read(end - start))
                    print(found)
    except (OSError, OverflowError) as error:
        print(error)
    if attached == 0:
        os.waitpid(pid, 0)
        libc.ptrace(17, pid, None, None)  # PTRACE_DETACH
