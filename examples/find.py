#!/usr/bin/env python3
"""Look for a key from Python: a peer speaks plain MessagePack-RPC (Debian: python3-msgpack).

    find.py KEY [HOST:PORT]

With `stream` each hit comes as a notification [2, "hit", [id, hit]] ahead of the answer.
"""

import socket
import sys

try:
    import msgpack
except ImportError:
    sys.exit("find.py: python3-msgpack is missing (Debian: apt install python3-msgpack)")


def find(key, address):
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=15) as connection:
        request = {"key": key, "all": True, "stream": True}
        connection.sendall(msgpack.packb([0, 1, "find", [request]]))
        unpacker = msgpack.Unpacker()
        while data := connection.recv(65536):
            unpacker.feed(data)
            for message in unpacker:
                if message[0] == 2:
                    hit = message[2][1]
                    print(f"{hit['holder']} holds it, {hit['hops']} hops away")
                elif message[2] is not None:
                    sys.exit(f"find.py: {message[2]['message']}")
                else:
                    return message[3]
    sys.exit("find.py: the peer hung up")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    address = sys.argv[2] if len(sys.argv) == 3 else "127.0.0.1:7400"
    try:
        answer = find(sys.argv[1], address)
    except (OSError, ValueError) as error:
        sys.exit(f"find.py: no peer at {address}: {error}")
    search = answer["search"]
    print(f"hits: {len(answer['hits'])}, peers reached: {search['peers_reached']}, "
          f"query messages: {search['query_messages']}, {search['stopped']}")
    return 0 if answer["found"] else 1


if __name__ == "__main__":
    sys.exit(main())
