"""The road from an export of records to a copy that may be released, one stage a module."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - pip refuses too, but a checkout can be run by hand
    sys.stderr.write("releasable needs Python 3.11 or later; this is %s\n" % sys.version.split()[0])  # noqa: UP031
    raise SystemExit(2)
