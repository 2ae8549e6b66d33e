"""Territories: a tree of market areas and the rules that place a company in one of them.

Words: *territory*, *rule* (country, region, postcode range, industry, size; lower priority number wins, then the rule that
asks for more), *match*. Upstream of organization: which position covers a territory is said there. Emits nothing:
a changed rule applies to what is placed from then on.
"""
