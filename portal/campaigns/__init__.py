"""Campaigns: the container of assets, members, cost and goal; what came of it is told by insights."""
