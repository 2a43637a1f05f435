"""`unshare -n python outgoing.py RULES USER...`: who gets out of a machine behind these rules.

In a network of its own, with an interface that leads nowhere: what the rules let out waits there
in vain, what they hold back is refused at once. Prints a line a user: `USER out` or `USER held`.
"""

import os
import pwd
import socket
import subprocess
import sys

NOWHERE = ("192.0.2.9", 443)  # of the addresses for documentation
LINKS = [
    "link set lo up",
    "link add name away type veth peer name far",
    "address add 192.0.2.1/24 dev away",
    "link set away up",
    "link set far up",
]


def let_out(user):
    """Whether a connection that this user begins leaves the machine."""
    os.seteuid(pwd.getpwnam(user).pw_uid)  # before there is a socket: it belongs to who made it
    try:
        with socket.socket() as wire:
            wire.settimeout(0.4)
            wire.connect(NOWHERE)
    except TimeoutError:
        return True
    except ConnectionRefusedError:
        return False
    finally:
        os.seteuid(0)
    raise AssertionError("somebody answers")


if __name__ == "__main__":
    for words in LINKS:
        subprocess.run(["ip", *words.split()], check=True)
    subprocess.run(["nft", "-f", sys.argv[1]], check=True)
    for name in sys.argv[2:]:
        print(name, "out" if let_out(name) else "held")  # noqa: T201
