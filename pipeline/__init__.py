"""The road from an export of records to a copy that may be released, one stage a module."""
