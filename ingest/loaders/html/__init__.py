"""HTML: whole pages, minified ones without headings, and fragments."""
