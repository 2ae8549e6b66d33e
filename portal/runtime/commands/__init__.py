"""One file per noun. Each lists its click commands in COMMANDS and imports what it needs inside the functions."""
