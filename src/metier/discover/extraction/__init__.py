"""Which skills does a sentence or a document ask for, named or implied, and how sure is that?"""
