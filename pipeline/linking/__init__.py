"""Linking: what :mod:`pipeline.link` knows of people: forms of names, other mentions, the office's list, minors."""
