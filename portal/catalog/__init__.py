"""What is sold: products, price lists with quantity tiers and dates, tax rates, and the arithmetic of documents.

Words: *price list item* = unit price from a minimum quantity; *tax category* per EN 16931 (S, Z, E, AE, K, G, O).
Invariant: `rules.total` is the one place where lines become totals, for opportunities, quotes, orders and invoices alike.
"""
