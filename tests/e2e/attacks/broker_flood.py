# Floods the broker, which connects the processes of a program, with requests from child processes.
# The test presses Stop when this program prints: flooding
import multiprocessing
import time


def send_endlessly(function):
    import browser_processes
    import js

    many = js.Array.new(100_000).fill(0)
    while True:
        try:
            # A loop of JavaScript is much faster than one of Python.
            many.forEach(getattr(browser_processes, function))
        except Exception:
            time.sleep(0)


def compare_names():
    import browser_processes
    from pyodide.ffi import to_js

    for _ in range(3000):
        number = browser_processes.number()
        browser_processes.open_channel(number, to_js([]), True, True)
        browser_processes.bind(number, to_js(["name"]), to_js([]))
    rivals = to_js(["name"] * 300_000)
    while True:
        browser_processes.bind(number, to_js([]), rivals)
        time.sleep(0.1)


def connect_endlessly():
    import browser_processes
    from pyodide.ffi import to_js

    while True:
        number = browser_processes.number()
        browser_processes.open_channel(number, to_js([]), True, True)
        browser_processes.listen_at("name", number)
        browser_processes.connect(to_js(["name"]), to_js({}), to_js([]))


if __name__ == "__main__":
    for function in ("drop", "readable", "release"):
        multiprocessing.Process(target=send_endlessly, args=[function]).start()
    multiprocessing.Process(target=compare_names).start()
    multiprocessing.Process(target=connect_endlessly).start()
    time.sleep(3)
    print("flooding", flush=True)
    while True:
        time.sleep(1)
