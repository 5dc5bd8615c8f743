"""Update: what is practised next, and is the new version allowed to replace the old one?"""
