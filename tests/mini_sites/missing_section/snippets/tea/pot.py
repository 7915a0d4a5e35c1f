# region warm
print("hot")
# endregion
