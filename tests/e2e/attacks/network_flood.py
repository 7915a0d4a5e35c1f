# Takes ports, and opens connections that no process accepts, in several processes until none is left.
# The test presses Stop when this program prints: no more
import multiprocessing
import socket
import time


def flood(ready):
    ready.wait()
    # The limit of descriptors would take long to reach with ports and connections only.
    kept = [socket.socket() for _ in range(3000)]
    while True:
        try:
            taken = socket.create_server(("", 0))
            kept.append(taken)
            kept.append(socket.create_connection(("127.0.0.1", 8000), timeout=5))
            kept.append(socket.create_connection(taken.getsockname()))
        except OSError as error:
            print("no more:", error, flush=True)
            time.sleep(1)


if __name__ == "__main__":
    ready = multiprocessing.Event()
    for _ in range(2):
        multiprocessing.Process(target=flood, args=[ready]).start()
    server = socket.create_server(("127.0.0.1", 8000), backlog=1_000_000)
    ready.set()
    flood(ready)
