# Escape sequences of terminals, with HTML in them, in the output and in a traceback
# costs: nothing
# %% own
print("\x1b]8;;javascript:gotcha()\x07link\x1b]8;;\x07\x1b[31m<script>gotcha()</script>\x1b[0m\x1b[2J")
# %% own
raise ValueError("\x1b[31m<script>gotcha()</script>\x1b[0m<img src=x onerror=gotcha()>")
