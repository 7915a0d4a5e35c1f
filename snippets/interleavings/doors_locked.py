from threading import Lock, Thread

visitors = 0
lock = Lock()


def let_in(door: str) -> None:
    global visitors
    with lock:
        seen = visitors
        print(f"{door} door: {seen} so far")
        visitors = seen + 1


doors = [Thread(target=let_in, args=[name], name=f"{name} door") for name in ("front", "back")]
for door in doors:
    door.start()
for door in doors:
    door.join()
print(f"{visitors} visitors")
assert visitors == 2
