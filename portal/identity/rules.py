"""The permission matrix: one line per permission, what each role may do and how far it reaches."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum, auto

from portal.kernel.actor import Scope


class Role(StrEnum):
    REP = auto()
    MANAGER = auto()
    LEADERSHIP = auto()
    OPERATIONS = auto()
    MARKETING = auto()
    FINANCE = auto()
    HR = auto()
    ADMIN = auto()


ROLE_NAMES: Mapping[Role, str] = {
    Role.REP: "Sales rep",
    Role.MANAGER: "Sales manager",
    Role.LEADERSHIP: "Sales leadership",
    Role.OPERATIONS: "Sales operations",
    Role.MARKETING: "Marketing",
    Role.FINANCE: "Finance",
    Role.HR: "HR",
    Role.ADMIN: "Administrator",
}

_LETTERS = {"o": Scope.OWN, "t": Scope.TEAM, "s": Scope.SUBTREE, "r": Scope.TERRITORY, "a": Scope.ALL, "-": None}

# Columns: rep manager leadership operations marketing finance hr admin. o own, t team, s subtree, r territory, a all, - no.
# Several letters join: "or" sees own rows and those of the covered territories.
_MATRIX = """
work.view            o  s  a  a  o  o  o  o
dashboard.view       o  s  a  a  a  a  -  a
search.use           a  a  a  a  a  a  a  a
leads.view           or sr a  a  a  -  -  a
leads.edit           o  s  a  a  a  -  -  -
leads.qualify        o  s  a  a  -  -  -  -
leads.assign         -  s  a  a  a  -  -  -
accounts.view        or sr a  a  a  a  -  a
accounts.edit        o  s  a  a  -  -  -  -
accounts.assign      o  s  a  a  -  -  -  -
contacts.view        or sr a  a  a  a  -  a
contacts.edit        o  s  a  a  a  -  -  -
channels.view        a  a  a  a  a  a  -  a
channels.edit        -  -  a  a  -  -  -  -
channels.exceed      -  -  a  a  -  -  -  -
channels.results     -  -  a  a  -  a  -  a
partners.view        a  a  a  a  a  a  -  a
partners.edit        -  -  a  a  -  -  -  -
registrations.view   or sr a  a  a  a  -  a
registrations.edit   o  s  a  a  -  -  -  -
registrations.decide -  s  a  a  -  -  -  -
activities.view      or sr a  a  a  a  -  a
activities.edit      o  s  a  a  a  a  -  -
opportunities.view   or sr a  a  a  a  -  a
opportunities.edit   o  s  a  a  -  -  -  -
opportunities.split  -  s  a  a  -  -  -  -
quotes.view          or sr a  a  -  a  -  a
quotes.edit          o  s  a  a  -  -  -  -
quotes.send          o  s  a  a  -  -  -  -
orders.view          or sr a  a  -  a  -  a
orders.edit          o  s  a  a  -  a  -  -
invoices.view        or sr a  a  -  a  -  a
invoices.edit        -  -  -  -  -  a  -  -
invoices.issue       -  -  -  -  -  a  -  -
credits.issue        -  -  -  -  -  a  -  -
payments.record      -  -  -  -  -  a  -  -
compensation.view    o  s  a  a  -  a  -  -
compensation.plans   -  -  a  a  -  a  -  -
compensation.edit    -  -  a  a  -  -  -  -
compensation.run     -  -  -  a  -  a  -  -
compensation.approve -  -  -  -  -  a  -  -
catalog.view         a  a  a  a  a  a  -  a
catalog.edit         -  -  -  a  -  a  -  -
price_lists.view     a  a  a  a  a  a  -  a
price_lists.edit     -  -  -  a  -  a  -  -
price_list_items.view a a  a  a  a  a  -  a
tax_rates.view       a  a  a  a  a  a  -  a
tax_rates.edit       -  -  -  a  -  a  -  -
responsibility.view  a  a  a  a  a  a  -  a
responsibility.edit  -  -  a  a  -  -  -  -
targets.view         o  s  a  a  -  a  a  a
targets.edit         -  s  a  a  -  -  -  -
targets.propose      o  s  a  a  -  -  -  -
target_plans.view    a  a  a  a  -  a  a  a
target_plans.edit    -  -  a  a  -  -  -  -
target_plans.approve -  -  a  -  -  -  -  -
territories.view     a  a  a  a  a  a  a  a
territories.edit     -  -  a  a  -  -  -  -
organization.view    a  a  a  a  a  a  a  a
organization.edit    -  -  -  a  -  -  a  a
delegations.edit     o  s  a  a  o  o  a  a
strategy.view        -  a  a  a  a  a  a  a
strategy.edit        -  -  a  a  -  -  -  -
capacity.view        -  s  a  a  -  a  a  a
capacity.edit        -  -  a  a  -  -  a  -
campaigns.view       a  a  a  a  a  a  -  a
campaigns.edit       -  -  a  -  a  -  -  -
campaigns.results    -  -  a  a  a  a  -  a
segments.view        a  a  a  a  a  -  -  a
segments.edit        -  -  -  -  a  -  -  -
broadcasts.view      -  -  a  -  a  -  -  a
broadcasts.edit      -  -  -  -  a  -  -  -
social_posts.view    -  -  a  -  a  -  -  a
social_posts.edit    -  -  -  -  a  -  -  -
social_accounts.view -  -  -  -  a  -  -  a
social_accounts.edit -  -  -  -  a  -  -  a
landing.view         -  -  a  a  a  -  -  a
landing.edit         -  -  -  -  a  -  -  -
events.view          a  a  a  a  a  -  -  a
events.edit          -  -  -  -  a  -  -  -
scoring.view         a  a  a  a  a  -  -  a
scoring.edit         -  -  -  a  a  -  -  -
consent.view         a  a  a  a  a  -  -  a
consent.edit         -  -  -  -  a  -  -  a
emails.view          -  -  a  a  a  -  -  a
emails.edit          -  -  -  -  a  -  -  -
consent.policy       -  -  -  -  a  -  -  a
consent.export       -  -  -  -  a  -  -  a
consent.erase        -  -  -  -  a  -  -  a
topics.view          a  a  a  a  a  -  -  a
broadcasts.send      -  -  -  -  a  -  -  -
messages.view        or s  a  a  a  a  -  a
inbound.view         -  -  -  a  a  -  -  a
inbound.edit         -  -  -  a  a  -  -  a
messages.resolve     -  -  -  a  a  a  -  a
messages.hold        -  -  -  -  -  -  -  a
messages.judge       -  -  -  a  -  -  -  a
files.view           a  a  a  a  a  a  a  a
files.edit           a  a  a  a  a  a  a  -
workspace.use        a  a  a  a  a  a  a  a
views.share          -  a  a  a  a  a  a  a
imports.run          -  -  -  a  a  -  -  a
exports.run          a  a  a  a  a  a  a  a
users.view           -  -  -  -  -  -  a  a
users.edit           -  -  -  -  -  -  -  a
company.edit         -  -  -  -  -  -  -  a
audit.view           -  s  a  a  -  a  -  a
system.view          -  -  -  -  -  -  -  a
"""


def _parse() -> dict[str, dict[Role, frozenset[Scope]]]:
    matrix = {}
    for line in _MATRIX.strip().splitlines():
        permission, *cells = line.split()
        matrix[permission] = {
            role: frozenset(scope for letter in cell if (scope := _LETTERS[letter]))
            for role, cell in zip(Role, cells, strict=True)
            if cell != "-"
        }
    return matrix


PERMISSIONS = _parse()


def grants_of(roles: Iterable[Role]) -> dict[str, frozenset[Scope]]:
    """What holding all these roles allows: the union of their scopes, permission by permission."""
    held = set(roles)
    grants: dict[str, frozenset[Scope]] = {}
    for permission, by_role in PERMISSIONS.items():
        scopes = frozenset[Scope]().union(*(by_role[role] for role in held if role in by_role))
        if scopes:
            grants[permission] = scopes
    return grants


# What most leaked passwords are built from. A password that is one of these with digits and signs around is refused.
_COMMON = """
    password passwort passw passwd pass admin administrator root user guest login welcome willkommen hello hallo
    letmein changeme secret geheim test testtest demo default master monkey dragon shadow sunshine princess football
    baseball basketball soccer fussball superman batman starwars pokemon michael jennifer jessica ashley daniel andrew
    charlie thomas robert jordan hunter ranger killer trustno iloveyou ichliebedich loveyou whatever freedom computer
    internet summer sommer winter spring autumn herbst january monday qwerty qwertz qwertyuiop qwertzuiop asdfgh
    asdfghjkl zxcvbnm yxcvbnm qazwsx qazwsxedc abc abcd abcdef abcdefg abcdefgh company firma sales marketing crm
    throughline portal
"""
_LEET = str.maketrans("013457@$!", "oleastasi")


def is_common_password(password: str, *personal: str) -> bool:
    """Whether attackers try it first (ASVS 6.2.4): a common word, the person's own name, or few different characters."""
    plain = password.casefold()
    words = set(_COMMON.split())
    for text in personal:
        parts = re.split(r"[\W\d_]+", text.casefold())
        words.update(part for part in [*parts, "".join(parts)] if len(part) > 3)
    shapes = {
        re.sub(r"[^a-zà-ÿ]", "", spelled) for spelled in (plain, plain.translate(_LEET), plain.rstrip("0123456789!"))
    }
    repeated = {match[1] for shape in shapes if (match := re.fullmatch(r"(.+?)\1+", shape))}
    return len(set(plain)) < 5 or plain.isdigit() or not words.isdisjoint(shapes | repeated)
