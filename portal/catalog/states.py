"""Tax categories and units."""

# UNCL5305, as EN 16931 uses it.
TAX_CATEGORIES = {
    "S": "Standard rate",
    "AA": "Lower rate",
    "Z": "Zero rated",
    "E": "Exempt",
    "AE": "Reverse charge",
    "K": "Within the EU",
    "G": "Export",
    "O": "Outside the scope of tax",
}
UNITS = {
    "piece": "Piece",
    "pair": "Pair",
    "set": "Set",
    "hour": "Hour",
    "day": "Day",
    "month": "Month",
    "kg": "Kilogram",
    "m": "Metre",
}
