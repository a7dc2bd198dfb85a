# Servers on the host's loopback and a socket in the abstract namespace are asked
# wall: without a wall they can be reached
# costs: nothing
# %% own
import socket

for family, address in (
    *((socket.AF_INET, ("127.0.0.1", port)) for port in range(47731, 47741)),
    (socket.AF_UNIX, "\0course-canary"),
):
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(1)
        try:
            connection.connect(address)
            print(connection.recv(100))
        except OSError as error:
            print(error)
