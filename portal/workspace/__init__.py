"""What the portal keeps for each person: saved views, notifications, files on records, long work.

Words: *saved view* = a named list query, shared or not; *long work* = one row with state, progress and error report
that survives the worker; *stored file* = bytes attached to a record. Long work is claimed by lease from its own rows.
"""
