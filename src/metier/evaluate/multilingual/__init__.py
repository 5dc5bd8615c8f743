"""Multilingual: which languages do benchmarks serve, at what cost, and do their scores say what speakers say?

After "The Bitter Lesson Learned from 2,000+ Multilingual Benchmarks" (arXiv 2504.15521). Cards describe benchmarks and
are linted; counts show where they crowd; correlations with human ratings come with an interval, the number of models
and what one family of models changes. Data always comes from a path that the user gives; nothing is fetched.
"""
