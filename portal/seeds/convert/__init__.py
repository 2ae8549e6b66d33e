"""Makes the demo files from the Adventure Works tables: `python -m portal.seeds.convert FOLDER`."""
