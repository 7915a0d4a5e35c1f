# /// script
# dependencies = ["distributed"]
# [tool.runnable]
# native = "Dask is not among the libraries that this guide offers in the browser."
# timeout = 60
# ///
from concurrent.futures import Executor, ProcessPoolExecutor

from distributed import Client, LocalCluster

YEARS = [[7.5, -3.0, 21.0], [12.0, 30.5], [28.0, 31.0, 2.5, 9.0], [33.0]]


def count_hot_days(year: list[float]) -> int:
    return sum(temperature > 25 for temperature in year)


def count_all(workers: Executor) -> int:
    return sum(workers.map(count_hot_days, YEARS))


if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=2) as pool:
        print("a pool:", count_all(pool), "hot days")

    with (
        LocalCluster(n_workers=2, host="127.0.0.1", dashboard_address=None) as cluster,
        Client(cluster) as client,
        client.get_executor() as executor,
    ):
        print("a cluster:", count_all(executor), "hot days")
