"""The pictures of a post on the blog: found where an earlier try has left them, prepared and uploaded where it has not,
and described as the post describes them.

What a blog's answers tell is learnt: that it takes no AVIF (then a JPEG is sent at once the next time), how large a
file was too large, and how each file was described last.
"""

from __future__ import annotations

from dataclasses import dataclass

from postdesk.backends.base import MediaFile, RemoteMedia
from postdesk.core.errors import Gone, MediaRefused, TooLarge
from postdesk.core.files import content_hash
from postdesk.core.language import _
from postdesk.core.receipt import MediaReceipt, Receipt
from postdesk.publishing.content import Picture
from postdesk.publishing.copies import prepared
from postdesk.publishing.journal import Journal
from postdesk.publishing.run import Run, attempt

JPEG = "image/jpeg"
CONVERTED = ("image/avif",)
"""What becomes a JPEG where a blog refuses it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is known of a blog before anything is sent, in bytes: the smallest file that was `too_large` for it, and
    the space that is `free` there; None where nobody knows."""

    too_large: int | None = None
    free: int | None = None


UNKNOWN = Limits()


def limits_of(journal: Journal, account_id: str, free: int | None = None) -> Limits:
    """The limits of a blog, as far as its answers have told."""
    learnt = journal.learnt(account_id, "too large")
    return Limits(int(learnt) if learnt.isdigit() else None, free)


def uploaded(run: Run, journal: Journal, receipt: Receipt | None) -> tuple[MediaReceipt, ...]:
    """Every picture of the post on the blog, uploaded where it is not, and described where its words are others."""
    media = []
    for picture in run.pictures:
        run.say(_("Uploading {name}").format(name=picture.ref))
        there = _known(run, journal, picture, receipt)
        if there is None or not _described(run, journal, picture, there):
            there = _found(run, journal, picture) or _sent(run, journal, picture)
        media.append(there)
    return tuple(media)


def known_media(run: Run, journal: Journal, receipt: Receipt | None) -> tuple[MediaReceipt, ...] | None:
    """The pictures if all of them are on the blog already, else None."""
    found = [_known(run, journal, p, receipt) or _found(run, journal, p) for p in run.pictures]
    return None if None in found else tuple(m for m in found if m is not None)


def uploaded_now(run: Run, journal: Journal, media: tuple[MediaReceipt, ...]) -> tuple[str, ...]:
    """The addresses of those of `media` that this very job has uploaded."""
    sent = {a.step for a in journal.attempts(run.job.id) if a.outcome == "done"}
    return tuple(m.address for m in media if f"upload:{m.content_hash}" in sent)


def _known(run: Run, journal: Journal, picture: Picture, receipt: Receipt | None) -> MediaReceipt | None:
    """The picture on the blog, by the ledger or by the receipt."""
    there = journal.media(run.job.account_id, picture.content_hash)
    if there is None and receipt is not None:
        there = next((m for m in receipt.media if m.content_hash == picture.content_hash), None)
    return there


def _found(run: Run, journal: Journal, picture: Picture) -> MediaReceipt | None:
    """The picture on the blog, by the hash in its name."""
    found = run.backend.find_media(picture.content_hash)
    if not found:
        return None
    run.twins = run.twins or len(found) > 1
    return _entered(run, journal, picture, found[0])


def _sent(run: Run, journal: Journal, picture: Picture) -> MediaReceipt:
    """The picture, uploaded. A kind that the blog refuses is made into another and sent once more."""
    account_id = run.job.account_id
    refuses = f"refuses {picture.kind}"
    into = JPEG if journal.learnt(account_id, refuses) and picture.kind in CONVERTED else ""
    try:
        return _entered(run, journal, picture, _upload(run, journal, picture, into))
    except MediaRefused:
        if into or picture.kind not in CONVERTED:
            raise
    made = _upload(run, journal, picture, JPEG)
    journal.learn(account_id, refuses, "yes")
    return _entered(run, journal, picture, made)


def _upload(run: Run, journal: Journal, picture: Picture, into: str) -> RemoteMedia:
    words = _("Uploading {name}").format(name=picture.ref)
    file = prepared(picture, run.cancel, into)

    def sent(done: int) -> None:
        run.say(words, max(1, done), file.size)

    try:
        with attempt(journal, run.job.id, f"upload:{picture.content_hash}"):
            made = run.backend.upload(file, sent, run.cancel)
    except TooLarge:
        _learn_limit(run, journal, file, too_large=True)
        raise
    _learn_limit(run, journal, file, too_large=False)
    return made


def _learn_limit(run: Run, journal: Journal, file: MediaFile, *, too_large: bool) -> None:
    known = limits_of(journal, run.job.account_id).too_large
    if too_large and (known is None or file.size < known):
        journal.learn(run.job.account_id, "too large", str(file.size))
    elif not too_large and known is not None and file.size >= known:
        journal.learn(run.job.account_id, "too large", "")  # the limit was raised


def _entered(run: Run, journal: Journal, picture: Picture, there: RemoteMedia) -> MediaReceipt:
    """The file on the blog, described and then in the ledger: until then it is looked up, and described where that got
    lost."""
    if (picture.alt or picture.caption) and (there.alt, there.caption) != (picture.alt, picture.caption):
        run.backend.describe_media(there.remote_id, picture.alt, picture.caption)
    if picture.alt or picture.caption:
        journal.learn(run.job.account_id, _words_name(picture), _words(picture))
    entry = MediaReceipt(picture.content_hash, there.remote_id, there.address, there.width, there.height)
    journal.put_media(run.job.account_id, entry)
    return entry


def _described(run: Run, journal: Journal, picture: Picture, there: MediaReceipt) -> bool:
    """Give the file the words that the post has for it now, where they are not those that it was given last. False when
    it is not on the blog any more."""
    account_id, name = run.job.account_id, _words_name(picture)
    said = journal.learnt(account_id, name)
    if said == _words(picture) or not (said or picture.alt or picture.caption):
        return True
    try:
        run.backend.describe_media(there.remote_id, picture.alt, picture.caption)
    except Gone:
        journal.drop_media(account_id, picture.content_hash)
        return False
    journal.learn(account_id, name, _words(picture))
    return True


def _words_name(picture: Picture) -> str:
    return f"words {picture.content_hash}"


def _words(picture: Picture) -> str:
    return content_hash(f"{picture.alt}\0{picture.caption}".encode("utf-8", "surrogatepass"))[:16]
