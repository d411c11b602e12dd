"""Proofs about a rule set and an organisation: what no test can show, that no issue does it.

Read in this order.

Routing: candidates.py and domains.py (the values of a field, as few as matter), pattern.py and
words.py (what rules ask of a text), symbols.py, state.py, theory.py (the rules as one formula),
witness.py and search.py (an issue from a model, and through the real matcher), routing.py (three
proofs).

The life of a case: moves.py (what somebody may do next), life.py (on the flow that serves),
shapes.py (what makes a difference), explore.py (every way), recusal.py and answering.py (two
proofs).

proving.py makes all five; report.py is what they say, written_test.py a counter-example as a test.
"""
