"""Prints what a good submission would print."""

print("resize-worker: 60/60")
