"""The words that notes are made of: days, headings and by-lines, one file a language."""
