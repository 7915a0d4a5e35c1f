# /// script
# dependencies = ["distributed"]
# [tool.runnable]
# native = "Dask starts processes, which talk to each other over a network."
# timeout = 60
# ///
from concurrent.futures import Executor, ProcessPoolExecutor

from distributed import Client, LocalCluster

CHAPTERS = ["to be or not to be", "that is the question", "to die to sleep", "no more"]


def count_words(chapter: str) -> int:
    return len(chapter.split())


def count_all(workers: Executor) -> int:
    return sum(workers.map(count_words, CHAPTERS))


if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=2) as pool:
        print("a pool:", count_all(pool), "words")

    with (
        LocalCluster(n_workers=2, host="127.0.0.1", dashboard_address=None) as cluster,
        Client(cluster) as client,
        client.get_executor() as executor,
    ):
        print("a cluster:", count_all(executor), "words")
