"""Teach the encoder how engineers ask: pairs of a question and its passage in, a small adapter out.

Nothing that ships imports this room; it imports `index` for the form in which passages are searched, and
`bot`, whose judge it fits.
"""
