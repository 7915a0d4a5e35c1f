# /// script
# dependencies = ["distributed"]
# [tool.runnable]
# native = "Dask is not among the libraries that this guide offers in the browser."
# timeout = 60
# ///
import logging
import random

from distributed import Client, LocalCluster

attempts = 0


# region surprises
def measure() -> float:
    return random.random()


def place_order() -> str:
    global attempts
    attempts += 1
    if attempts < 3:
        raise ConnectionError
    return f"order placed at attempt {attempts}"


def main(client: Client) -> None:
    first, second = client.submit(measure), client.submit(measure)
    print("two measurements are equal:", first.result() == second.result())
    first, second = client.submit(measure, pure=False), client.submit(measure, pure=False)
    print("with pure=False:", first.result() == second.result())
    print(client.submit(place_order, retries=5).result())


# endregion

if __name__ == "__main__":
    logging.getLogger("distributed.worker").setLevel(logging.CRITICAL)
    with (
        LocalCluster(processes=False, n_workers=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        main(client)
