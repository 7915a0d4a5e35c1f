# Puts mark-up into every name in a traceback: that of the exception, of the thread and of the file.
import threading

IMAGE = "<img src=x onerror=alert(1)>"


def fail():
    raise type(IMAGE, (Exception,), {"__module__": IMAGE})(IMAGE)


threading.Thread(target=fail, name=IMAGE).start()
namespace = {"fail": fail}
exec(compile("fail()", f'{IMAGE}", line 1, in {IMAGE}', "exec"), namespace)
