"""Outputs of Liquid as they were typed: making values required."""

import re

from portal.kernel.liquid import TAG

PERSONAL = re.compile(r"\s*(contact|account)\.")


def required(template: str) -> str:
    """Every value of the recipient without a default stops the mail when it is empty."""

    def demand(found: re.Match[str]) -> str:
        body = found[2]
        if body is None or not PERSONAL.match(body) or re.search(r"\|\s*(default|required)\b", body):
            return found[0]
        return f"{{{{{found[1]}{body.rstrip()} | required {found[3]}}}}}"

    return TAG.sub(demand, template)
