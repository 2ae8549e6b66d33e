"""Throughline: one portal, one database, from strategy to cash."""
