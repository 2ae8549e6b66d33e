"""Deal registrations: who must decide is told, who submitted hears the answer, and windows end."""

from datetime import timedelta

from portal.channels import queries, services
from portal.channels.events import RegistrationDecided, RegistrationSubmitted
from portal.kernel.actor import SYSTEM
from portal.kernel.db import transact
from portal.organization.queries import business_day, seated_user
from portal.workspace.services import notify

from .registry import every, on


@on(RegistrationSubmitted)
def ask_for_decision(registration_id: int) -> None:
    one = queries.registration(SYSTEM, registration_id)
    _tell(
        one.partner.channel.answers_id,
        registration_id,
        f"{one.partner.account.name} registered {one.customer}",
        "submitted",
    )


@on(RegistrationDecided)
def tell_the_answer(registration_id: int) -> None:
    one = queries.registration(SYSTEM, registration_id)
    _tell(one.owner_id, registration_id, f"Registration of {one.customer}: {one.state}", str(one.state))


def _tell(position_id: int | None, registration_id: int, text: str, what: str) -> None:
    person = seated_user(position_id, business_day())
    if person:
        notify(person.id, text, f"/registrations/{registration_id}", f"registration:{registration_id}:{what}")


@every(timedelta(hours=1))
def end_windows() -> None:
    transact(services.expire_ended)
