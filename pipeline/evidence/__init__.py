"""Evidence: the redaction log, the manifest, the report."""
