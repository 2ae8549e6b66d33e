"""What the figures say: my work, the first dashboard, search across areas.

Owns no tables: it reads every area upstream.
"""
