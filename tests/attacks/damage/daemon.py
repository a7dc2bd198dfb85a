# A daemon, forked twice, takes the others' memory and prints into cells that come later
# wall: on a plain machine it stays
# costs: nothing
# stock: not run: dangerous
# %% own
import os
import sys
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() != 0:
        os._exit(0)
    os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(3000)",
                              "course-attack-left-behind"])
time.sleep(0.2)
