"""The pictures of a post on the blog: found where an earlier try has left them, uploaded where it has not."""

from __future__ import annotations

from postdesk.core.language import _
from postdesk.core.receipt import MediaReceipt, Receipt
from postdesk.publishing.content import Picture, media_file
from postdesk.publishing.journal import Journal
from postdesk.publishing.run import Run, attempt


def uploaded(run: Run, journal: Journal, receipt: Receipt | None) -> tuple[MediaReceipt, ...]:
    """Every picture of the post on the blog, uploaded where it is not."""
    media = []
    for picture in run.pictures:
        words = _("Uploading {name}").format(name=picture.ref)
        run.say(words)
        there = _media_there(run, journal, picture, receipt)
        if there is None:
            file = media_file(picture)

            def sent(done: int, words: str = words, size: int = picture.size) -> None:
                run.say(words, max(1, done), size)

            with attempt(journal, run.job.id, f"upload:{picture.content_hash}"):
                made = run.backend.upload(file, sent, run.cancel)
            if (picture.alt or picture.caption) and (made.alt, made.caption) != (
                picture.alt,
                picture.caption,
            ):
                run.backend.describe_media(made.remote_id, picture.alt, picture.caption)
            # Into the ledger last: until then the file is looked up, and described where that got lost.
            there = MediaReceipt(picture.content_hash, made.remote_id, made.address, made.width, made.height)
            journal.put_media(run.job.account_id, there)
        media.append(there)
    return tuple(media)


def known_media(run: Run, journal: Journal, receipt: Receipt | None) -> tuple[MediaReceipt, ...] | None:
    """The pictures if all of them are on the blog already, else None."""
    found = [_media_there(run, journal, p, receipt) for p in run.pictures]
    return None if None in found else tuple(m for m in found if m is not None)


def uploaded_now(run: Run, journal: Journal, media: tuple[MediaReceipt, ...]) -> tuple[str, ...]:
    """The addresses of those of `media` that this very job has uploaded."""
    sent = {a.step for a in journal.attempts(run.job.id) if a.outcome == "done"}
    return tuple(m.address for m in media if f"upload:{m.content_hash}" in sent)


def _media_there(
    run: Run, journal: Journal, picture: Picture, receipt: Receipt | None
) -> MediaReceipt | None:
    """The picture on the blog: by the ledger, by the receipt, else by the hash in its name."""
    there = journal.media(run.job.account_id, picture.content_hash)
    if there is None and receipt is not None:
        there = next((m for m in receipt.media if m.content_hash == picture.content_hash), None)
    if there is not None:
        return there
    found = run.backend.find_media(picture.content_hash)
    if not found:
        return None
    run.twins = run.twins or len(found) > 1
    first = found[0]
    if (picture.alt, picture.caption) != (first.alt, first.caption) and (picture.alt or picture.caption):
        run.backend.describe_media(first.remote_id, picture.alt, picture.caption)
    there = MediaReceipt(picture.content_hash, first.remote_id, first.address, first.width, first.height)
    journal.put_media(run.job.account_id, there)
    return there
