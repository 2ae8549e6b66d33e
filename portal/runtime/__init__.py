"""How the portal is configured, started, supervised, checked and backed up. Knows every layer; no layer knows it."""
