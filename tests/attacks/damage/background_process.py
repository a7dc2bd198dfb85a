# A process goes on when the kernel has ended, in a session of its own
# wall: on a plain machine it stays
# costs: nothing
# stock: not run: dangerous
# %% own
import subprocess
import sys

sleep = "import signal, time; signal.signal(1, signal.SIG_IGN); time.sleep(3000)"
subprocess.Popen(
    ["setsid", sys.executable, "-c", sleep, "course-attack-left-behind"],
    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)
