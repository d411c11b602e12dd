"""Ways to reach a department that has no plugin of its own making: parts that a plugin composes.

Each is a `Handler`: given as ``Department(..., reach=...)`` it serves what no other handler covers.
What the department's system tells in return are messages, which pass the engine's inbox.
"""
