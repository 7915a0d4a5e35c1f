# Leaves trace, profile and monitoring hooks, which would print FORGED for each step of a later
# program.
import sys
import threading


def hook(*_):
    sys.__stdout__.write("FORGED\n")
    return hook


monitoring = sys.monitoring
for tool in range(6):
    if monitoring.get_tool(tool) is None:
        monitoring.use_tool_id(tool, "left")
        monitoring.register_callback(tool, monitoring.events.PY_START, hook)
        monitoring.set_events(tool, monitoring.events.PY_START)
threading.settrace(hook)
threading.setprofile(hook)
threading.settrace_all_threads(hook)
sys.setprofile(hook)
