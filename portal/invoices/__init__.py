"""Invoices and payments.

Words: *issue* gives the number and freezes the document; *payment*; *amount due*; overdue and partly paid are derived.
Invariants: numbers without gaps; an issued invoice never changes; paid never exceeds total. Emits InvoiceIssued,
InvoicePaid.
"""
