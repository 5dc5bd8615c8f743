"""Discover: which skills does this text speak of, and where do they belong?

Documents in, skills placed in a taxonomy out. `read` turns files into Documents, `papers` reads a saved papers page,
`concepts` reads a taxonomy, `match` finds its labels in text, `survey` puts it together.
"""
