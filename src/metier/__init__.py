"""Carry a skill through its whole life: discover, distill, practice, store, compose, evaluate, govern, update.

Read `metier.lifecycle` first: it is the only module that knows every stage. The nouns are files beside this one
(`skill`, `taxonomy`, `document`, `item`, `attempt`, `plan`, `verdict`, `run`), the promises are `grader`, `client`
and `store`, and each stage is a folder. Importing this package does no work.
"""

__version__ = "0.1.0"
