"""Casework: the road with its case. Releases recorded, compared with earlier ones, certified, mended, made again."""
