"""Segments: static lists, dynamic rule trees and frozen snapshots of contacts, with who entered and left when.

A rule is a tree: {"all": [...]} | {"any": [...]} | {"not": node} over leaves. Areas downstream register the fields and
events that leaves ask about, so a segment knows deals and mails without importing them.
"""
