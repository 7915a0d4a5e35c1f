# Starts processes that start processes, and fills a pipe from which no process reads.
# The test presses Stop when this program prints: too many
import multiprocessing
import time


def multiply(pipe):
    while True:
        try:
            multiprocessing.Process(target=multiply, args=[pipe]).start()
        except OSError:
            print("too many")
            time.sleep(1)


if __name__ == "__main__":
    reader, writer = multiprocessing.Pipe(duplex=False)
    for _ in range(4):
        multiprocessing.Process(target=multiply, args=[writer]).start()
    while True:
        writer.send_bytes(bytes(1_000_000))
