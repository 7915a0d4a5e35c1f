from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from threading import Lock, Thread
from time import perf_counter, sleep
from urllib.request import build_opener

counting = Lock()
opener = build_opener()  # prepared once, so that it does not count in the measurement
at_a_time = most = 0


# region serving
class Weather(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        global at_a_time, most
        with counting:
            at_a_time += 1
            most = max(most, at_a_time)
        sleep(0.25)  # in production: ask a database
        with counting:
            at_a_time -= 1
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"snow")

    def log_message(self, *_: object) -> None:
        """Write no log, which would go to stderr."""


def ask(address: str) -> bytes:
    with opener.open(address, timeout=10) as response:
        return response.read()


for server_class in (HTTPServer, ThreadingHTTPServer):
    with server_class(("127.0.0.1", 0), Weather) as server:
        serving = Thread(target=server.serve_forever, args=[0.05], name="server")
        serving.start()
        try:
            most, start = 0, perf_counter()
            address = f"http://127.0.0.1:{server.server_port}/forecast"
            with ThreadPoolExecutor(4, thread_name_prefix="client") as clients:
                answers = list(clients.map(ask, [address] * 4))
            seconds = perf_counter() - start
            name = server_class.__name__
            print(f"{name}: {len(answers)} answers, {most} at a time, {seconds:.1f} s")
        finally:
            server.shutdown()  # ends serve_forever; leaving the `with` block closes the socket
            serving.join()
# endregion
