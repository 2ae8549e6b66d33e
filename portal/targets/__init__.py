"""What is to be reached, and how far it is.

Words: a *plan* is one version of a fiscal year's targets: draft, submitted, approved, superseded. Its tree has *nodes*:
company, units and teams, territories, positions. A *target* is what a node is to reach in one *metric*, month by month,
*assigned* from above beside what was *proposed* from below; a *stretch* target lies on top. *Quota* is the target of a
position. *Pace* is what of a target was due until today; *coverage* is open pipeline over what is still to reach.

Invariants: one approved and one open version a year; the numbers of an approved one never change; a mid-year change is a
new version that repeats the months before its first day. Where a node has no number of its own, that of its children
counts; what is assigned below may be more or less than the number above. Nobody sets their own target. Targets are in the
company's currency, and so are results: what was sold in another currency does not count.

Later areas register what was achieved (`rules.register_measure`); `insights.queries.measures` says what each metric counts.
"""
