from concurrent.futures import ThreadPoolExecutor, as_completed
from time import sleep

FILES = {"invoices.csv": 0.5, "stock.csv": 0.3, "returns.csv": 0.1}


def upload(file: str, delay: float) -> int:
    sleep(delay)  # put the blocking call of your library here
    if file == "stock.csv":
        raise ConnectionError("the server hung up")
    return len(file)


with ThreadPoolExecutor(max_workers=8) as pool:
    uploads = {pool.submit(upload, file, delay): file for file, delay in FILES.items()}
    for done in as_completed(uploads):
        if error := done.exception():
            print(f"{uploads[done]}: {error}")
        else:
            print(f"{uploads[done]}: uploaded")
