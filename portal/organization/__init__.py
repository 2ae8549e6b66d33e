"""The selling organization: the company itself, positions in a reporting tree, who sits where, what each covers.

Words: *position* owns records (a leaver's book stays), *seat* = a person in a position between dates,
*coverage* = a position answers for a territory. `visible_to` and `authorize` live here: the only way to read and to act.
"""
