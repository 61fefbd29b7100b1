"""One module a form of answer."""
