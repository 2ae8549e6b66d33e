"""Incentive pay: plans and their versions, who is on them, what documents credit, what that pays, and the way to payroll.

Words: *credit* = what counts for a person; *earning* = what a credit pays under one component, slice by slice; *payout
period* = a month that is calculated, reviewed, approved and locked; *statement* = what one person gets for it.
Invariants: approved versions and locked periods never change; what is taken back comes as a negative credit at the
original rate in the open period; revenue splits conserve the credit. Emits PeriodLocked.

A plan as JSON (editor, database and `portal compensation try` share it); amounts and percents are exact, four places:

    {"name": "Reseller", "currency": "USD", "components": [{
        "name": "Commission", "kind": "commission",     commission, bonus, spif, mbo
        "measure": "invoiced",                          booked, invoiced, paid, margin
        "credits": ["direct", "overlay"],               direct, overlay, rollup
        "interval": "quarter",                          transaction, month, quarter, year: where adding up begins anew
        "method": "marginal",                           flat, marginal, interpolated
        "basis": "attainment",                          tiers count in: amount (money), attainment (percent of quota)
        "unit": "multiplier",                           rates are: percent, multiplier (of target incentive / quota)
        "weight": 100,                                  percent of the target incentive this component is meant to pay
        "tiers": [{"from": 0, "to": 60, "rate": 0.8},   the last tier is open; "rate_to": where interpolation arrives;
                  {"from": 60, "rate": 1.3}],           "retroactive": true pays what lies below at this rate as well
        "cap": 9000, "cap_percent": 200,                most per interval: money, percent of the target
        "gate": {"attainment": 100, "rate": 1, "through": false},   until the year's quota is met, no rate is above
        "clawback_days": 180, "clawback_percent": 100,
        "amount": 250, "minimum": 1000}]}               of a spif: pays 250 for each credit of 1000 and more

A bonus has flat or interpolated tiers on attainment, with rates in percent of the target incentive; an MBO has no tiers.
For a trial the file also has `people`: {"Ann": {"target": 60000, "quota": 600000}}, both for a year, and `year_start`.
"""
