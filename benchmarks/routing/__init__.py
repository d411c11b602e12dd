"""The workload of the routing benchmark, and the engines it is put before.

`workload` and `by_hand` are frozen: FROZEN holds their digests and those of what they produce, and
the benchmark refuses to run when they differ. A figure is comparable only with one of the same
workload.
"""
