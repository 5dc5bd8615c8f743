"""Evaluate: what is a model, or a skill in its hand, worth?

`sit` lets a client take an exam and records every Attempt; `compare` sets two sets of Attempts on the same items side
by side. The exams of science, recall and languages will be folders of their own here.
"""
