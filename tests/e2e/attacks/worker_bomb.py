# Starts processes that start processes, each of which keeps a core busy.
# The test presses Stop when this program prints: \d+ started
import multiprocessing


def multiply():
    for _ in range(4):
        multiprocessing.Process(target=multiply).start()
    while True:
        pass


if __name__ == "__main__":
    for count in range(1, 100):
        try:
            multiprocessing.Process(target=multiply).start()
        except OSError as error:
            print("refused:", error)
        print(count, "started")
    while True:
        pass
