# region warm
print("hot")
# endregion
# region warm
print("cold")
# endregion
