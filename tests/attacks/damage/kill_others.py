# Every process that can be reached is killed, the grading one first
# wall: on a plain machine it ends the machine's work
# costs: nothing
# stock: not run: dangerous
# %% own
import os
import signal

for pid in (os.getppid(), -1):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError as error:
        print(error)
