"""The glue between the domain and Flask, and the one client for calls to other hosts.

Pages: htmx, layout, records, listing, exports, choices, chain, filters, colours, rich, assets, compression, language.
Forms: forms, fields, typed, seal (forms without a session), limits and attempts (how often).
People: auth (who may), signin, cookies, http (headers, locale, request id), hosts (staff apart from customers), errors.
Paper and mail: pdf, press, mail. Calls outward: outbound, transport.
"""
