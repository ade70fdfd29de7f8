"""Tables: the classes of their columns."""
