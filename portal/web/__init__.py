"""Glue between the domain and Flask, paper and mail."""
