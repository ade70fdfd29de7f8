"""The review desk: a local web page over the same engine and the same case as the command line."""
