"""Texts: a text or value brought to one form, so that nothing hides in its spelling, and what stands in its place."""
