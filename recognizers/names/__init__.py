"""The models of names, what their rules know, and how both come to whole names."""
