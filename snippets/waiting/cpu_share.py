# /// script
# [tool.runnable]
# varies = ['mostly \w+', '\d+ %', '[#.]+$']  # a busy machine makes computing look like waiting
# ///
from collections.abc import Callable
from hashlib import sha256
from time import perf_counter, process_time, sleep


def ask_mail_server() -> None:
    sleep(0.4)


def hash_password() -> None:
    digest = b"correct horse"
    for _ in range(200_000):
        digest = sha256(digest).digest()


def sign_up() -> None:
    hash_password()
    ask_mail_server()


def measure(job: Callable[[], None]) -> None:
    wall, cpu = perf_counter(), process_time()
    job()
    cpu = process_time() - cpu
    wall = perf_counter() - wall

    verdict = "computes" if cpu > wall / 2 else "waits"
    bar = "#" * round(cpu / 0.02) + "." * round((wall - cpu) / 0.02)
    print(f"{job.__name__} mostly {verdict}: {cpu:.2f} s of {wall:.2f} s, {cpu / wall * 100:.0f} %")
    print(f"  {bar}")


for job in (ask_mail_server, hash_password, sign_up):
    measure(job)
