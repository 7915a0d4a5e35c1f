# /// script
# [tool.runnable]
# exact = true
# ///
CORES, MINUTES_EACH = 8, 1
done_a_minute = CORES // MINUTES_EACH

print("  jobs a  queue after      next one")
print("  minute  10 min  1 hour      waits")
for arriving in (4, 8, 9, 12, 16):
    queue, lengths = 0, {}
    for minute in range(1, 61):
        queue = max(0, queue + arriving - done_a_minute)
        lengths[minute] = queue
    print(f"{arriving:8}{lengths[10]:8}{queue:8}{queue / done_a_minute:7} min")
