# /// script
# [tool.runnable]
# vary = ["hot"]
# ///
print("hot")
