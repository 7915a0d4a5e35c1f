# /// script
# dependencies = ["distributed"]
# [tool.runnable]
# native = "Dask starts processes, which talk to each other over a network."
# timeout = 60
# ///
from distributed import Client, LocalCluster


# region client
def load(chapter: int) -> list[str]:
    return ["word"] * chapter * 100_000


def count(words: list[str]) -> int:
    return len(words)


def count_book(client: Client) -> int:
    chapters = client.map(load, range(1, 5))
    print("a chapter, seen from here:", type(chapters[0]).__name__)
    counts = client.map(count, chapters)
    return client.submit(sum, counts).result()


def main(scheduler: str) -> None:
    with Client(scheduler) as client:
        print(f"{count_book(client):,} words")


# endregion

if __name__ == "__main__":
    with LocalCluster(n_workers=2, host="127.0.0.1", dashboard_address=None) as cluster:
        main(cluster.scheduler_address)
