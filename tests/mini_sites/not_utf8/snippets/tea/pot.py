print("heiß")
