#!/usr/bin/env python3
"""Write and read values from Python: a peer speaks plain MessagePack-RPC (Debian: python3-msgpack).

    first_steps.py [HOST:PORT]        on a network with members: oxbow net up peers/ring-5

All methods and their parameters are listed in src/codec/README.md.
"""

import socket
import sys

try:
    import msgpack
except ImportError:
    sys.exit("first_steps.py: python3-msgpack is missing (Debian: apt install python3-msgpack)")

KEY = "examples/python"


class Peer:
    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.connection = socket.create_connection((host, int(port)), timeout=15)
        self.unpacker = msgpack.Unpacker()
        self.last_id = 0

    def call(self, method, **parameters):
        """The result of [0, id, method, [parameters]], as a dict."""
        self.last_id += 1
        self.connection.sendall(msgpack.packb([0, self.last_id, method, [parameters]]))
        while True:
            for _, _, error, result in self.unpacker:
                if error is not None:
                    sys.exit(f"first_steps.py: {error['message']}")
                return result
            data = self.connection.recv(65536)
            if not data:
                sys.exit("first_steps.py: the peer hung up")
            self.unpacker.feed(data)


def values_of(answer):
    return sorted(sibling["value"].decode() for sibling in answer["values"])


def main():
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    address = sys.argv[1] if len(sys.argv) == 2 else "127.0.0.1:7400"
    try:
        peer = Peer(address)
    except (OSError, ValueError) as error:
        sys.exit(f"first_steps.py: no peer at {address}: {error}")

    before = peer.call("get", key=KEY)
    if before["found"]:
        peer.call("delete", key=KEY, context=before["context"])

    # The context of an answer is bytes; it goes into the next put as it is.
    put = peer.call("put", key=KEY, value="one")
    peer.call("put", key=KEY, value="two", context=put["context"])
    print("written and changed:", values_of(peer.call("get", key=KEY)))

    # A put that does not say what it has seen replaces nothing.
    peer.call("put", key=KEY, value="three")
    answer = peer.call("get", key=KEY)
    print("siblings:", values_of(answer))

    merged = " and ".join(values_of(answer))
    put = peer.call("put", key=KEY, value=merged, context=answer["context"], w="all")
    print("merged:", values_of(peer.call("get", key=KEY, r="all")))
    print("copies written:", put["quorum"]["acknowledged"])


if __name__ == "__main__":
    main()
