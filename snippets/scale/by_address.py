# /// script
# dependencies = ["distributed"]
# [tool.runnable]
# native = "Dask is not among the libraries that this guide offers in the browser."
# timeout = 60
# ///
from distributed import Client, LocalCluster


# region client
def load(year: int) -> list[float]:
    return [float(year % 40)] * 8_760  # in production: read the file of that year


def count_hot(temperatures: list[float]) -> int:
    return sum(temperature > 25 for temperature in temperatures)


def count_all(client: Client) -> int:
    years = client.map(load, range(2020, 2030))
    print("a year, seen from here:", type(years[0]).__name__)
    counts = client.map(count_hot, years)
    return client.submit(sum, counts).result()


def main(scheduler: str) -> None:
    with Client(scheduler) as client:
        print(f"{count_all(client):,} hot hours")


# endregion

if __name__ == "__main__":
    with LocalCluster(n_workers=2, host="127.0.0.1", dashboard_address=None) as cluster:
        main(cluster.scheduler_address)
