"""`python -m portal`"""

from portal.runtime.cli import main

main()
