"""Copies: from decisions to copies that are written, named, checked, and weighed as a whole."""
