# Puts mark-up into every name in a traceback: of the exception, the thread, the file.
import threading

IMAGE = "<img src=x onerror=alert(1)>"


def fail():
    raise type(IMAGE, (Exception,), {"__module__": IMAGE})(IMAGE)


threading.Thread(target=fail, name=IMAGE).start()
namespace = {"fail": fail}
exec(compile("fail()", f'{IMAGE}", line 1, in {IMAGE}', "exec"), namespace)
