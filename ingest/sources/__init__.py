"""Where recaps come from: folders, files, globs, and what is fetched."""
