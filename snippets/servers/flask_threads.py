# /// script
# dependencies = ["flask"]
# [tool.runnable]
# varies = ["True: 10 requests, ([2-9]|10) at a time"]
# ///
import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Lock, Thread
from time import perf_counter, sleep
from urllib.request import build_opener

from flask import Flask
from werkzeug.serving import make_server

logging.getLogger("werkzeug").setLevel(logging.ERROR)
app = Flask(__name__)
counting = Lock()
opener = build_opener()  # prepared once, so that it does not count in the measurement
at_a_time = most = 0


@app.get("/forecast")
def forecast() -> str:
    global at_a_time, most
    with counting:
        at_a_time += 1
        most = max(most, at_a_time)
    sleep(0.12)
    with counting:
        at_a_time -= 1
    return "snow"


def ask(address: str) -> bytes:
    with opener.open(address) as answer:
        return answer.read()


# region serving
for threaded in (False, True):
    server = make_server("127.0.0.1", 0, app, threaded=threaded)
    Thread(target=server.serve_forever).start()
    most, start = 0, perf_counter()
    address = f"http://127.0.0.1:{server.server_port}/forecast"
    try:
        with ThreadPoolExecutor(max_workers=10) as clients:
            list(clients.map(ask, [address] * 10))
        print(f"{threaded=}: 10 requests, {most} at a time, {perf_counter() - start:.1f} s")
    finally:
        server.shutdown()
        server.server_close()
# endregion
