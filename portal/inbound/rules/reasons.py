"""Why a server did not deliver: its words first, then the enhanced status code (RFC 3463), then the SMTP code."""

import re

from portal.inbound.states import Reason

R = Reason

# First match wins, so what is said about us comes before what only mentions the mailbox.
_WORDS: tuple[tuple[Reason, str], ...] = (
    (R.SENDER_REFUSED, r"google[ ]groups | must[ ]be[ ]a[ ]member"),
    (R.NETWORK, r"not[ ]found,[ ]try[ ]again"),
    (R.NETWORK, r"duplicated?[ ]message-id | loop[ ]alert | mail[ ]loop | loops[ ]back"),
    (R.CONTENT, r"headers?[ ]too[ ]large | too[ ]many[ ]headers | bad[ ]attachment"),
    (R.MAILBOX_FULL, r"""
        quota | mailbox[ ](is[ ]|was[ ])?(full|exceed|size) | (mail)?box[ ]full | over[ ]?quota | storage | disk[ ]full
        | out[ ]of[ ](disk[ ])?space | too[ ]many[ ]messages[ ]in | is[ ]full | maildir.*full | exceeded.*(allocation|space)
        | not[ ]enough[ ].*space | insufficient[ ].*(space|storage)
    """),
    (R.TOO_LARGE, r"""
        message[ ](file[ ])?(is[ ])?too[ ](big|large) | size[ ]limit | too[ ]large | exceeds[ ].*(size|maximum|limit)
        | max(imum)?[ ]message[ ]size | message[ ]length[ ]exceeds | line[ ]limit | exceeded[ ].*message[ ]size | too[ ]long[ ]message
    """),
    (R.AUTHENTICATION, r"""
        dmarc | \bspf\b | dkim | domainkeys | unauthenticated | authentication[ ](checks|information) | not[ ]authenticated
        | reverse[ ](dns|lookup|hostname) | \bptr\b | rdns | cannot[ ]find[ ]your[ ](reverse[ ])?hostname | no[ ]dns[ ]record
        | helo[ ]command[ ]rejected | fcrdns | sender[ ]id | must[ ]authenticate | authentication[ ](is[ ])?(required|failed)
        | mismatches[ ]client | unverif[iy]able[ ]sending | sender[ ]policy[ ]framework | no[ ]ptr | arc[ ]validation
        | not[ ]resolve.*(helo|ip) | ip[ ]name[ ]lookup | tls[ ](is[ ])?required | starttls[ ]is[ ]required
    """),
    (R.VIRUS, r"virus | malware | infected | phish"),
    (R.SPAM, r"""
        \bspam(?!haus|cop) | \bube\b | unsolicited | junk | message[ ]content[ ](rejected|refused) | rejected.*content
        | content[ ](filter|policy) | high[ ]on[ ]spam | spam[ ](score|filter|message) | contains[ ].*url
        | looks?[ ]like[ ]spam | bulk[ ]mail[ ]not | content[ ]denied | content[ ]restricted | offensive | suspicious[ ](content|message)
    """),
    (R.REPUTATION, r"""
        black[- ]?list | block[- ]?list | \brbl\b | dnsbl | spamhaus | spamcop | barracuda[ ]?(central|reputation)
        | (poor|bad|low)[ ].*reputation | reputation | (?<!not[ ])listed[ ](at|in|on|by) | envelope[ ]blocked | administrative[ ]prohibition | banned | blocked[ ](using|by|due|because|for)
        | (ip|host|client|connection)[ ].{0,60}(blocked|banned|denied|not[ ]allowed|rejected)
        | deferred[ ]due | client[ ]host.*rejected | complaints
        | your[ ]isp | dial-?up | dynamic[ ]ip | connection[ ](refused|dropped)[ ]by[ ]policy | service[ ]unavailable;.*block
        | \(bl\) | refused[ ]to[ ]talk | banned[ ]sending | too[ ]much[ ]spam | abus(e|ive) | poor[ ]history | blocked[ ]ip
        | bad[ ]reverse | block(ed)?[ ]list | from[ ]your[ ](ip|host|server|network) | ip[ ]address.*(rejected|suspicious)
    """),
    (R.RATE, r"""
        too[ ]many[ ](connections|messages|recipients|errors|concurrent|sessions|mails|requests) | rate[ -]limit
        | (sending|receiving|delivery)[ ](rate|limit) | exceed.*rate | throttl | maximum[ ].*connections | concurrent
        | message[ ]limit | traffic | frequency[ ]limit | too[ ](fast|frequent) | try[ ]again[ ]slower | exceeded[ ]the[ ](allowed|maximum)[ ]number
    """),
    (R.RELAYING, r"relay(ing)?[ ](access[ ])?(denied|not|prohibited|disallowed) | unable[ ]to[ ]relay | not[ ]relay | relaying | we[ ]do[ ]not[ ]relay | (open|mail)[ ]relay | list[ ]of[ ]allowed[ ]rcpthosts"),
    (R.NO_MAIL_HERE, r"""
        null[ ]?mx | does[ ]not[ ]accept[ ](any[ ])?(mail|messages|e-?mail) | domain.*not[ ]accept | no[ ]mail[ ]accepted
        | service[ ]not[ ]accept | mail[ ]receiving[ ]disabled | not[ ]accepting[ ](mail|messages)
    """),
    (R.DISABLED, r"""
        (account|mailbox|user|recipient|address)[ ].{0,40}(disabled|suspended|inactive|locked|deactivated|frozen|dormant|not[ ]active)
        | (disabled|suspended|inactive|expired)[ ](account|mailbox|user|recipient) | temporarily[ ]disabled
    """),
    (R.MOVED, r"has[ ]moved | user[ ]moved | no[ ]longer[ ](valid|at|on|with|employed|works) | address[ ]changed | new[ ]address | been[ ](moved|replaced) | has[ ]changed"),
    (R.SENDER_REFUSED, r"""
               sender[ ](address[ ])?(is[ ])?(rejected|denied|refused|invalid|not|verify|verification|unknown|domain)
        | mail[ ]from.*(rejected|denied|not[ ]allowed|refused|invalid|must|does[ ]not[ ]exist) | from[ ]address
        | invalid[ ](sender|domain[ ]in|return) | unrout(e)?able[ ]sender | domain[ ]of[ ]sender
        | not[ ](have[ ])?permission | pas[ ]autoris | n'autorise[ ]pas | nicht[ ]berechtigt | keine[ ]berechtigung | no[ ]tiene[ ]permiso
        | permission[ ]to[ ](post|send) | not[ ]a[ ](member|subscriber) | subscribers?[ ]only
        | recipients?[ ]from[ ]unknown[ ]senders | bounce[ ]message.*not | null[ ]sender | empty[ ]envelope
        | not[ ]authori[sz]ed[ ]to[ ](send|post|use) | sender[ ]not[ ](in|on|allow) | only[ ]accepts | restricted
    """),
    (R.USER_UNKNOWN, r"""
        (user|recipient|mailbox|account|address|person|addressee|local[ ]part|name|alias|destination|receiver|rcpt)s?
            ['\">)\]:., ]*([\w.@<>"'+-]+[ ])?(is[ ]|was[ ]|does[ ]|address[ ]|named?[ ])?
            (unknown|not[ ](found|exist|known|local|listed|recogni[sz]ed|a[ ]valid|valid|available|here|defined)|doesn'?t[ ]exist
            |invalid|unavailable|rejected|undeliverable|nonexist|non-exist|isn'?t|unrecogni[sz]ed|no[ ]longer|deleted|terminated|lookup)
        | (unknown|invalid|no[ ]such|bad|non-?existent|unrecogni[sz]ed|undeliverable|illegal|incorrect|unroute?able)
            [ ](\w+[ ])?(e-?mail[ ])?(user|recipient|mailbox|account|address|person|name|alias|local|destination|receiver|rcpt|virtual)
        | no[ ](such|valid|mail|mailbox|account|recipients?|user|person)[ ]*(here|for|by|with|named|at|found|user|address|on)
        | (does|do|did)[ ]?(not|n'?t)[ ](exist|have[ ].*(account|mailbox|user)) | doesn'?t[ ]have[ ]an?[ ] | not[ ]our[ ]customer
        | not[ ]a[ ](valid|known|registered)[ ] | isn'?t[ ]in[ ]my | not[ ](found|listed)[ ]in | couldn'?t[ ]be[ ]found | wasn'?t[ ]found
        | user[ ]?unknown | unknown[ ](user|local) | mailbox[ ]not[ ]found | cannot[ ]find | \bno[ ]mailbox\b
        | access[ ]denied[ ]to[ ]recipient | unbekannt | desconocid | sconosciut | onbekend | nieznan | cannot[ ]be[ ]verified | existiert[ ]nicht | inconnu | n'existe[ ]pas | no[ ]existe | 見つかりません | リストにありません | check[ ]if[ ]address
        | unable[ ]to[ ](chkuser|find[ ]the) | recipnotfound
        | resolver\.adr\.(recip|ex)\w*notfound | not[ ]in[ ](the[ ])?(directory|list) | delivery[ ]to[ ]the[ ]following[ ]address.*failed
    """),
    (R.NETWORK, r"malformed[ ]or[ ]unexpected[ ]name | no[ ]relevant[ ]answers | nxdomain"),
    (R.HOST_UNKNOWN, r"""
        (host|domain|server|name)[ ].{0,60}(unknown|not[ ](found|exist|valid|known)|doesn'?t[ ]exist|does[ ]not[ ]exist|invalid)
        | (unknown|no[ ]such|bad|invalid|illegal)[ ](host|domain|server) | unrout(e)?able | name[ ]or[ ]service | nxdomain
        | host[ ]or[ ]domain | name[ ]service[ ]error | no[ ]mx | dns[ ](error|type|server.*returned)
        | cannot[ ]route | lookup[ ]fail | all[ ]relevant[ ]mx | misconfigured
    """),
    (R.EXPIRED, r"""
        expired | time(d)?[ -]?out | retry[ ](time|limit|period) | too[ ]long | could[ ]not[ ]be[ ]delivered[ ]for
        | delivery[ ](time|attempts)[ ] | undelivered | gave[ ]up | giving[ ]up | has[ ]not[ ]been[ ](collected|delivered)
        | days?[ ]old | for[ ]\d+[ ](hours|days) | conversation.*timed | last[ ]attempt | retries[ ]exceeded | not[ ]answer | deferred
    """),
    (R.NETWORK, r"""
        network[ ] | no[ ]route | unreachable | too[ ]many[ ]hops | loop | hop[ ]count | connect(ion)?[ ](to|refused|reset|lost|failed|closed|error)
        | dns | couldn'?t[ ](establish|connect) | (can|could)[ ]?not[ ]connect | socket | lost[ ]connection
    """),
    (R.CONTENT, r"attachment | malformed | (header|mime|charset|encod)|rfc ?\d* | line[ ]too[ ]long | 8-?bit | bare[ ]lf | message-id | mime | syntax"),
    (R.POLICY, r"(mail|message)[ ](is[ ]|was[ ]|has[ ]been[ ])?(rejet|rejected|refused|not[ ]accepted|denied) | polic(y|ies) | prohibited | not[ ]permitted | not[ ]allowed | security | denied | refused | violat"),
    (R.SYSTEM, r"""
        write[ ]error | system | server[ ](error|configuration|fail) | internal | local[ ](error|problem|configuration) | i/o | command[ ](died|failed|output)
        | cannot[ ]open | unable[ ]to | temporar | configuration | mailer | out[ ]of[ ]memory | program | procmail | resources
    """),
    (R.FILTERED, r"filter | rejected[ ]by[ ](the[ ])?(recipient|user) | recipient.*(refus|reject)"),
)
_BY_WORDS = [(reason, re.compile(words, re.IGNORECASE | re.VERBOSE | re.DOTALL)) for reason, words in _WORDS]

# RFC 3463 subject.detail, most telling first; "x" stands for any detail.
_BY_STATUS = {
    "1.1": R.USER_UNKNOWN,
    "1.0": R.USER_UNKNOWN,
    "1.3": R.USER_UNKNOWN,
    "1.4": R.USER_UNKNOWN,
    "1.2": R.HOST_UNKNOWN,
    "1.6": R.MOVED,
    "1.7": R.SENDER_REFUSED,
    "1.8": R.SENDER_REFUSED,
    "1.10": R.NO_MAIL_HERE,
    "2.0": R.FILTERED,
    "2.1": R.DISABLED,
    "2.2": R.MAILBOX_FULL,
    "2.3": R.TOO_LARGE,
    "3.1": R.SYSTEM,
    "3.4": R.TOO_LARGE,
    "3.x": R.SYSTEM,
    "4.1": R.NETWORK,
    "4.4": R.HOST_UNKNOWN,
    "4.6": R.NETWORK,
    "4.7": R.EXPIRED,
    "4.x": R.NETWORK,
    "5.x": R.SYSTEM,
    "6.x": R.CONTENT,
    "7.x": R.POLICY,
}
_BY_REPLY = {"421": R.NETWORK, "450": R.SYSTEM, "451": R.SYSTEM, "452": R.MAILBOX_FULL, "552": R.MAILBOX_FULL}
_STATUS = re.compile(r"(?<![\d.])([245])[. ](\d{1,2})[. ](\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.:-])([45]\d\d)(?=[ -])")
_AT_DATA = re.compile(r"in reply to (end of )?data\b|smtp command data|>>> ?data\s|after end of data", re.IGNORECASE)
_AT_SENDER = re.compile(r"(after|in reply to|to) mail from\b", re.IGNORECASE)
_AT_RECIPIENT = re.compile(r"\brcpt[ _]to\b|smtp command rcpt|does not like recipient", re.IGNORECASE)
_POSTFIX = re.compile(r"recipient address rejected:\s*(access denied)?", re.IGNORECASE)
_ANY_ADDRESS = re.compile(r"\S+@[\w-]+(?:\.[\w-]+)+")
_NOISE = re.compile(r"https?://\S+|<[^<>\s]*@[^<>\s]*>|\[?\b\d{1,3}(?:\.\d{1,3}){3}\b\]?")


def status_in(text: str) -> str:
    """The enhanced status code in it, like 5.1.1, or nothing."""
    found = sorted(_STATUS.findall(text), key=lambda code: code[0] == "2")  # a failure outweighs what went well before
    return ".".join(found[0]) if found else ""


def at_data(text: str) -> bool:
    """Whether the server had accepted the recipient and refused what came after."""
    return bool(_AT_DATA.search(" ".join(text.split())))


def at_recipient(text: str) -> bool:
    """Whether the server refused this very recipient."""
    return bool(_AT_RECIPIENT.search(" ".join(text.split())))


def bare_refusal(words: str) -> bool:
    """A 550 without an enhanced status says that the server refused, but hardly why."""
    return bool(re.search(r"(?<![\d.])550[ -]", words)) and not status_in(words)


def at_sender(text: str) -> bool:
    """Whether the server refused us before it heard of the recipient."""
    return bool(_AT_SENDER.search(" ".join(text.split())))


def by_words(diagnostic: str) -> Reason | None:
    """From the reply of the server, if one is quoted, else from all the words."""
    reply = _REPLY.search(diagnostic)
    for text in [diagnostic[reply.end() :], diagnostic] if reply else [diagnostic]:
        words = " ".join(_ANY_ADDRESS.sub(" mailbox ", _NOISE.sub(" ", text)).split())
        # Microsoft and Postfix put this before whatever they mean; alone it means that nobody has the address.
        words = _POSTFIX.sub(lambda found: "no such user" if found[1] or not found.string[found.end() :].strip() else "", words)
        for reason, pattern in _BY_WORDS:
            if pattern.search(words):
                return reason
    return None


def by_status(code: str) -> Reason | None:
    subject = code.partition(".")[2]
    return _BY_STATUS.get(subject) or _BY_STATUS.get(subject.partition(".")[0] + ".x")


def by_reply(text: str) -> Reason | None:
    reply = _REPLY.search(text)
    return _BY_REPLY.get(reply[1]) if reply else None


def disabled(text: str) -> bool:
    """Whether it says that the mailbox is there, but out of use."""
    return any(pattern.search(" ".join(text.split())) for reason, pattern in _BY_WORDS if reason == R.DISABLED)
