# Threads that go on printing into the cells that come later
# costs: nothing
# %% own
import threading
import time


def chatter():
    for _ in range(600):
        print("3.0")
        time.sleep(0.05)


for _ in range(5):
    threading.Thread(target=chatter, daemon=True).start()
