"""What needs no database: the tree of blocks, MJML and HTML made from it, Liquid, the text part and the checks."""
