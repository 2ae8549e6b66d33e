"""Territories: trees of market areas in models, and the rules that place a company in one of them.

Words: *territory*; *model* (planning, active, archived: exactly one is active, and everybody else sees only that one);
*rule* (country, region, postcode range, industry, size, product interest, or one *named account*); *inherited* rule (holds
for the territories below: narrows their rules, and takes what none of them takes); *match*.
Precedence: named account > rule by priority number, then the one that asks for more, then the older > rule of a parent, the
nearest first > the territory that takes the rest. Pins come before all of them and belong to `realignment`.
Invariants: a territory keeps its id as long as it exists, whichever model is active (`Territory.stands_for_id`); archived
models stay as they were. Upstream of organization: which position covers a territory is said there. Emits nothing: a
changed rule applies to what is placed from then on.
"""
