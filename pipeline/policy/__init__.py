"""Policies as data: what may be withheld, on which law, and what stands in its place."""
