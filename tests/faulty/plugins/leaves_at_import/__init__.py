import sys

sys.exit("configure me first")
