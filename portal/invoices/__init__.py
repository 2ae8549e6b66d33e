"""Invoices, credit notes and payments.

Words: *issue* gives the number and freezes the document; a *credit note* takes an issued invoice back, in part or whole;
*payment*, below zero a *refund*; *amount due*; overdue, partly paid and to refund are derived.
Invariants: numbers without gaps, one series each; an issued document never changes; paid and credited each never exceed
total; the credit notes of a whole invoice add up to it to the cent. Emits InvoiceIssued, InvoicePaid.
"""
