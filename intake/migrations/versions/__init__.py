"""One module for each step; the newest is what this version of the program needs."""
