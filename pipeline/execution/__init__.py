"""How units are spread over processes and machines."""
