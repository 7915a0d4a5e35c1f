import sys
from threading import Lock, Thread

sys.setswitchinterval(60)  # seconds, so that only Explore interrupts a thread
visitors = 0
log: list[str] = []
lock = Lock()


def let_in(door: str) -> None:
    global visitors
    with lock:
        seen = visitors
        log.append(f"{door} door: {seen} so far")
        visitors = seen + 1


doors = [Thread(target=let_in, args=[name], name=f"{name} door") for name in ("front", "back")]
for door in doors:
    door.start()
for door in doors:
    door.join()
print(*log, f"{visitors} visitors", sep="\n")
assert visitors == 2
