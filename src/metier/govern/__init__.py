"""Govern: what may this skill touch, how far is it trusted, and why?

`scan` reads the files of a package and reports findings; `judge` makes a verdict of findings and measured evidence.
"""
