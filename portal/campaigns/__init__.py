"""Campaigns: the container of assets, members, cost and goal; what came of it is told by insights.

Posts, mailings, pages and leads point at a campaign. A member is a contact whom it was meant for; a response is something
the contact did. `utm_campaign` is the word by which links and forms name the campaign.
"""
