"""Territories: a tree of market areas and the rules that place a company in one of them.

Words: *territory*, *rule* (country, region, postcode range, industry, size; lower priority number wins), *match*.
Upstream of organization: which position covers a territory is said there. Emits nothing yet.
"""
