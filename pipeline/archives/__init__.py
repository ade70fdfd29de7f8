"""Archives: packed, compressed and older files taken apart before they are read, and packed again afterwards.

What a damaged file can bring down (7z, older workbooks) runs in a process of its own (:mod:`own_process`). This
room imports nothing when it is opened: such a process begins lean.
"""
