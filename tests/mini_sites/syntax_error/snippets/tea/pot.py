print("hot"
print("cold")
