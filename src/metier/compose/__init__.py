"""Compose: which stored skills reach this goal together, or which skill is missing?"""
