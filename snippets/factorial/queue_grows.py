# /// script
# [tool.runnable]
# exact = true
# ///
CORES, MINUTES_EACH = 8, 1
at_most = CORES // MINUTES_EACH  # jobs done in a minute

print("  jobs a  queue after      next one")
print("  minute  10 min  1 hour      waits")
for arriving in (4, 8, 9, 12, 16):
    queue, lengths = 0, {}
    for minute in range(1, 61):
        queue = max(0, queue + arriving - at_most)
        lengths[minute] = queue
    print(f"{arriving:8}{lengths[10]:8}{queue:8}{queue / at_most:7} min")
