# /// script
# [tool.runnable]
# varies = ['(yes|no)$']  # the answers of a free-threaded build are yes and no
# ///
import sys
import sysconfig

free_threaded = sysconfig.get_config_var("Py_GIL_DISABLED") == 1
gil_is_on = getattr(sys, "_is_gil_enabled", lambda: True)()  # new in Python 3.13

print("can this build run without the GIL?", "yes" if free_threaded else "no")
print("is the GIL on at the moment?", "yes" if gil_is_on else "no")
