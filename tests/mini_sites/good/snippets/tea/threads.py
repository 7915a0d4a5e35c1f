# /// script
# [tool.runnable]
# native = "Threads do not run in the browser yet."
# ///
import threading

thread = threading.Thread(target=print, args=("from a thread",))
thread.start()
thread.join()
