"""Proofs about a rule set and an organisation: what no test can show, that no issue does it.

Read in this order: candidates.py and domains.py (the values of a field, as few as matter), words.py
(what rules ask of a text), symbols.py, state.py, theory.py (the rules as one formula), witness.py
(an issue from a model, and through the real matcher), routing.py (three proofs).
"""
