"""Single messages, each with a structure that real mail has and that a reader has to survive."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable
from urllib.parse import quote

from maker.attachments import attached
from maker.html import cut_name
from maker.mime import Part, attachment, carried, encoded_word, lines64, mailbox, message, multipart, noise, text_part
from maker.writing import Book, Cast


def heads(cast: Cast, subject: str, day: int, sender: str = "me", receiver: str = "clerk") -> list[str]:
    """Return the header lines that all of these messages have."""
    one, two = cast.player(sender), cast.player(receiver)
    for role in (sender, receiver):
        cast.value(role), cast.value(role, "email")
    return [
        f"From: {mailbox(one.full, one.email)}",  # type: ignore[union-attr]
        f"To: {mailbox(two.full, two.email)}",  # type: ignore[union-attr]
        f"Subject: {encoded_word(subject)}",
        f"Date: {dt.date(2025, 9, day):%a, %d %b %Y} 09:{day:02d}:00 -0600",
        f"Message-ID: <sample-{cast.number}@mail.example>",
    ]


def bare_eight_bit(cast: Cast) -> Part:
    """No MIME at all: an old program that sends accents as they come."""
    text = cast.fill("""
Bonjour, I would like a receipt for the café permit. The bank in Québec asks for it.
Please send it to {me.email} or call {me.phone}.

{me.full}
""")
    whole = message(heads(cast, "Receipt", 1), Part([], text.encode("iso-8859-1"), text))
    whole.headers.remove("MIME-Version: 1.0")
    return whole


def nested_forward(cast: Cast) -> Part:
    """A message in a message in a message."""
    inner = message(
        heads(cast, "My statement", 2, "other", "me"),
        text_part(cast.fill("I saw the truck hit the sign. I will say so to anyone.\n\n{other.full}\n{other.phone}")),
    )
    middle = message(
        heads(cast, "Fwd: My statement", 3, "me", "deputy"),
        multipart(
            "mixed", [text_part(cast.fill("Here is what the neighbor wrote.\n\n{me.full}")), carried(inner)], "nf1"
        ),
    )
    outer = text_part(cast.fill("For the claim file.\n\n-- \n{deputy.full}\nDeputy City Clerk\n{deputy.phone}"))
    return message(
        heads(cast, "Fwd: Fwd: My statement", 4, "deputy", "attorney"),
        multipart("mixed", [outer, carried(middle)], "nf2"),
    )


def html_only(cast: Cast) -> Part:
    """HTML without a plain side, made by a word processor, with conditional comments and hidden text."""
    me = cast.private()
    html = cast.fill(f"""
<html><head><title>Letter of {{me.full}}</title></head><body>
<!--[if mso]><p>{{me.full}}</p><![endif]-->
<p class=MsoNormal>Dear Clerk,</p>
<p class=MsoNormal>I am {cut_name(me.full, 1)} and I have <span style="display:none">{{me.phone}}</span>been
writing since May about the culvert. My address is<o:p></o:p> {{me.street}},<br>Pineford.</p>
<p><a href="mailto:{me.email}" title="{me.email}">Write to me</a></p>
</body></html>
""")
    cast.value("me", "email")
    return message(heads(cast, "culvert", 5), text_part(html, "html", "windows-1252"))


def smime(cast: Cast) -> Part:
    """A message encrypted with S/MIME (RFC 8551): nobody here can read it."""
    headers = [
        'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
        "Content-Transfer-Encoding: base64",
        'Content-Disposition: attachment; filename="smime.p7m"',
    ]
    return message(heads(cast, "Confidential", 6), Part(headers, lines64(noise("smime", 1200))))


def newsletter_reply(cast: Cast) -> Part:
    """A reply to a bulk mail: the address hides in list headers, a pixel and percent signs."""
    address = cast.value("me", "email")
    pixel = f'<img src="https://open.bulkmail.example/p?e={quote(address, safe="")}" width=1 height=1>'
    code = base64.b64encode(address.encode()).decode()
    words = cast.fill("Please stop sending me this. {me.full}")
    html = f"<p>{words}</p><p><a href='https://bulkmail.example/u/{code}'>x</a></p>"
    headers = [
        *heads(cast, "Re: Pineford this week", 7),
        f"List-Unsubscribe: <https://bulkmail.example/unsub?e={quote(address, safe='')}>",
        f"X-Original-To: {address}",
    ]
    parts = [text_part(words), text_part(html + pixel, "html")]
    return message(headers, multipart("alternative", parts, "news"))


def invitation(cast: Cast) -> Part:
    """A calendar invitation."""
    text = text_part(cast.fill("Here is the invitation for the walk-through.\n\n{me.full}"))
    return message(
        heads(cast, "Walk-through", 8), multipart("mixed", [text, attached("calendar", cast, None)], "invitation")
    )


def petition(cast: Cast) -> Part:
    """A message whose attachment is a list of people."""
    text = text_part(cast.fill("The signatures, as agreed.\n\n{me.full}\n{me.phone}"))
    return message(heads(cast, "Signatures", 9), multipart("mixed", [text, attached("petition", cast, None)], "sign"))


def groups(cast: Cast) -> Part:
    """Groups, surname first, comments and quoted commas in the address headers."""
    one, two = cast.private("other"), cast.private("third")
    headers = [
        *heads(cast, "Carpool for the hearing", 10),
        f'Cc: Neighbors: "{one.surname}, {one.given}" <{one.email}>,',
        f" {two.email} ({two.full});, undisclosed-recipients:;",
    ]
    for role in ("other", "third"):
        cast.value(role), cast.value(role, "email")
    text = cast.fill("We leave from {me.street} at 6:15. {other.full} drives, {third.full} has the maps.\n\n{me.full}")
    return message(headers, text_part(text))


def split_words(cast: Cast) -> Part:
    """A name cut into two encoded words, and a file named after a person (RFC 2231)."""
    me = cast.private()
    halves = (me.full[:4], me.full[4:])
    name = " ".join(f"=?utf-8?b?{base64.b64encode(each.encode()).decode()}?=" for each in halves)
    headers = heads(cast, "Résumé", 11)
    headers[0] = f"From: {name} <{me.email}>"
    part = attachment(
        f"Résumé of {me.full}\nBorn {cast.value('me', 'dob')}\n".encode(), "text/plain; charset=utf-8", "x"
    )
    part.seen = f"Résumé of {me.full}\nBorn {cast.value('me', 'dob')}"
    part.headers[0] = "Content-Type: text/plain; charset=utf-8"
    part.headers[2] = f"Content-Disposition: attachment; filename*=utf-8''{quote('Résumé ' + me.full + '.txt')}"
    return message(
        headers, multipart("mixed", [text_part(cast.fill("Please see my résumé.\n\n{me.full}")), part], "cv")
    )


def bounce(cast: Cast) -> Part:
    """A delivery report: addresses in a part that looks like headers."""
    address = cast.value("me", "email")
    text = text_part(f"Your message to <{address}> could not be delivered.")
    status = Part(
        ["Content-Type: message/delivery-status"],
        f"Reporting-MTA: dns; mx.cityhall.example\n\nFinal-Recipient: rfc822; {address}\nAction: failed\n"
        f"Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <{address}> unknown user\n".encode(),
        address,
    )
    original = message(
        heads(cast, "Your permit", 12, "building", "me"), text_part(cast.fill("Dear {me.full}, it is ready."))
    )
    headers = heads(cast, "Undelivered mail", 13, "building", "building")
    headers[0] = "From: Mail Delivery System <mailer-daemon@cityofpineford.example>"
    kind = "; report-type=delivery-status"
    return message(headers, multipart("report", [text, status, carried(original)], "bounce", kind))


def voicemail(cast: Cast) -> Part:
    """A voice message: the caller's number in the subject, the voice in a sound file."""
    number = cast.value("me", "phone")
    sound = b"RIFF" + (36 + 400).to_bytes(4, "little") + b"WAVEfmt " + bytes(16) + b"data" + (400).to_bytes(4, "little")
    text = text_part(f"You have a new voice message from {number} (0:41).")
    parts = [text, attachment(sound + noise("voice", 400), "audio/wav", "message.wav")]
    headers = heads(cast, f"Voice message from {number}", 14, "deputy", "clerk")
    headers[0] = "From: Voice Mail <voicemail@cityofpineford.example>"
    return message(headers, multipart("mixed", parts, "voice"))


def flowed(cast: Cast) -> Part:
    """format=flowed: a value may continue on the next line behind a space (RFC 3676)."""
    asked = "> Could you give us your full address and date of birth?"
    text = cast.fill(f"{asked}\n\nOf course: {{me.address}}. I was \nborn {{me.dob}}. \n\n{{me.full}}")
    part = text_part(text)
    part.headers[0] += "; format=flowed"
    return message(heads(cast, "Re: application", 15), part)


MESSAGES: dict[str, Callable[[Cast], Part]] = {
    "01-no-mime-latin1": bare_eight_bit,
    "02-forward-in-forward": nested_forward,
    "03-html-only": html_only,
    "04-smime-encrypted": smime,
    "05-newsletter-reply": newsletter_reply,
    "06-calendar-invitation": invitation,
    "07-petition": petition,
    "08-address-groups": groups,
    "09-split-encoded-words": split_words,
    "10-bounce": bounce,
    "11-voicemail": voicemail,
    "12-format-flowed": flowed,
}
UNREADABLE = {"04-smime-encrypted": "encrypted", "11-voicemail": "a sound file"}
ACCENTED = {"01-no-mime-latin1": 750, "09-split-encoded-words": 669}
"""Messages that are about accents come from somebody who has some."""
UNIX_LINES = frozenset({"01-no-mime-latin1", "12-format-flowed"})


def write_messages(book: Book) -> dict[str, bytes]:
    """Return the messages, most of them with the line ends that mail has on the wire."""
    files = {}
    for number, (name, write) in enumerate(MESSAGES.items()):
        cast = Cast(ACCENTED.get(name, 650 + number), "pineford")
        whole = write(cast)
        file = f"messages/{name}.eml"
        headers = "\n".join(each.split(" <")[0] for each in whole.headers[:2])
        book.note(file, 0, f"{headers}\n{whole.seen}", cast.plants)
        if name in UNREADABLE:
            book.unreadable(file, 0, UNREADABLE[name])
        data = whole.bytes()
        files[file] = data if name in UNIX_LINES else data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return files
