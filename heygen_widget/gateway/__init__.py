"""One key for a class: HeyGen's realtime API for learners, with slots, a queue and budgets.

`classroom` and `workshop` are its clients and need no extra; the gateway itself needs `gateway`.
"""
