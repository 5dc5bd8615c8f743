"""Distill: from many candidate items, the ones worth practising on and the ones fit for an exam.

`curate` removes duplicates, keeps practice and exam apart and samples by concept; every drop is counted by reason.
"""
