"""Pictures on their way to a blog: each once per content, whatever is lost or changed; made ready late, and once."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from postdesk.backends.base import MediaFile, RemoteMedia
from postdesk.core import files
from postdesk.core import receipt as receipts
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import Gone, MediaRefused, TooLarge
from postdesk.core.post import Post
from postdesk.core.receipt import MediaReceipt
from postdesk.publishing import prepare
from postdesk.publishing.content import Collected, by_content, picture_from_json, picture_json
from postdesk.publishing.outbox import JobResult, ResultKind
from postdesk.publishing.plan import Intent, Snapshot
from postdesk.publishing.preflight import Level, check
from postdesk.publishing.recipe import Recipe, options_of, recipe_of
from postdesk.publishing.replaced import Replaced
from postdesk.publishing.run import Progress
from postdesk.publishing.uploads import Limits, limits_of
from tests.faults.system import CODES, Failing
from tests.publishing.fake_blog import ACCOUNT, ALL, FakeBlog, Fault, Server
from tests.publishing.photos import is_upright, mime, opened, photo, scene
from tests.publishing.world import World, png

WIDE = photo("JPEG", 6, image=scene(2600, 1700))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
POST = Post("0123456789abcdef", "The quay", 'Noon.\n\n![A queue](quay.jpg "At noon.")\n\nDusk.')


class Blog(FakeBlog):
    """A blog that keeps what it was sent, refuses kinds and sizes, and has lost what is not in it."""

    def __init__(self, server: Server, faults: list[Fault] | None = None, **named: Any) -> None:
        super().__init__(server, faults, **named)
        self.refuses: set[str] = set()
        self.takes = 1 << 40
        self.kept: list[tuple[str, bytes]] = []

    def upload(self, file: MediaFile, progress: Callable[[int], None], cancel: Cancel) -> RemoteMedia:
        if file.kind in self.refuses:
            self._call("refused", lambda: None)
            raise MediaRefused(
                f"“{file.called}” is of a kind that is not taken.", "It was not kept.", "Change it."
            )
        if file.size > self.takes:
            self._call("refused", lambda: None)
            raise TooLarge(f"“{file.called}” is too large.", "It was not kept.", "Make it smaller.")
        self.kept.append((file.name, file.path.read_bytes()))
        return super().upload(file, progress, cancel)

    def describe_media(self, remote_id: str, alt: str, caption: str) -> None:
        if remote_id not in self.server.media:
            raise Gone("It is gone.", "Nothing was changed.", "Look.")
        super().describe_media(remote_id, alt, caption)


def _world(home: Path, faults: list[Fault] | None = None, **pictures: bytes) -> World:
    world = World(home, Server(), faults=faults or [], make=lambda w: Blog(w.server, w.faults))
    (home / "library").mkdir(parents=True, exist_ok=True)
    for name, data in pictures.items():
        (home / "library" / name.replace("_", ".")).write_bytes(data)
    return world


def _blog(world: World) -> Blog:
    assert isinstance(world.backend, Blog)
    return world.backend


def _uploads(world: World) -> int:
    return world.server.log.count("upload")


def _done(result: JobResult) -> JobResult:
    assert (result.kind, result.sentence) == (ResultKind.DONE, "")
    return result


# --- once ---------------------------------------------------------------------------------------------------------


def test_what_goes_out_is_made_ready_and_goes_out_once(tmp_path: Path) -> None:
    world = _world(tmp_path, quay_jpg=WIDE)
    _done(world.publish(POST))
    ((name, sent),) = _blog(world).kept
    image = opened(sent)
    assert image.width == 2048
    assert is_upright(image)
    assert not image.getexif().get_ifd(0x8825)
    (picture,) = world.plan(POST).snapshot.pictures
    assert name == f"pd-{picture.content_hash[:16]}-quay.jpg"
    assert picture.content_hash != picture.source
    assert (tmp_path / "library" / "quay.jpg").read_bytes() == WIDE  # hers stays as it was
    _done(world.publish(replace(POST, body=POST.body + " Update #1."), Intent.UPDATE))
    _done(world.publish(replace(POST, id="f" * 16)))
    assert _uploads(world) == 1


def test_a_newer_encoder_uploads_nothing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = _world(tmp_path, quay_jpg=WIDE)
    _done(world.publish(POST))
    made = prepare.make

    def otherwise(*given: Any, **named: Any) -> tuple[bytes, str]:
        data, kind = made(*given, **named)
        return data + b"\0", kind

    monkeypatch.setattr(prepare, "make", otherwise)
    _done(world.publish(replace(POST, body=POST.body + "!"), Intent.UPDATE))
    (world.home / "state" / "outbox.db").unlink()  # a machine that has the receipts only
    for ending in ("-wal", "-shm"):
        (world.home / "state" / f"outbox.db{ending}").unlink(missing_ok=True)
    world.start()
    _done(world.publish(replace(POST, id="e" * 16)))  # and a post without any: found by the name
    assert _uploads(world) == 1
    assert len(world.server.media) == 1
    world.stop()


def test_what_is_on_the_blog_already_is_not_even_made_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = _world(tmp_path, quay_jpg=WIDE)
    _done(world.publish(POST))

    def never(*_given: Any, **_named: Any) -> tuple[bytes, str]:
        raise AssertionError("encoded for nothing")

    monkeypatch.setattr(prepare, "make", never)
    plan = world.plan(replace(POST, body=POST.body + "!"), Intent.UPDATE)
    assert not any("Upload" in words for words in plan.words if "0 picture" in words)
    _done(world.publish(replace(POST, body=POST.body + "!"), Intent.UPDATE))


def test_one_picture_replaced_uploads_one_and_the_state_says_so(tmp_path: Path) -> None:
    world = _world(tmp_path, quay_jpg=WIDE, boat_png=png(1))
    post = replace(POST, body=POST.body + "\n\n![A boat](boat.png)")
    receipt = _done(world.publish(post)).receipt
    assert receipt is not None
    seen = Replaced()
    which = (post.id, ACCOUNT.id)
    assert not seen.look(receipt, world.resolve)
    (tmp_path / "library" / "boat.png").write_bytes(png(2))
    assert seen.look(receipt, world.resolve)
    assert which in seen
    receipt = _done(world.publish(post, Intent.UPDATE)).receipt
    assert receipt is not None
    assert _uploads(world) == 3
    assert world.server.public()[0]["content"].count("<img") == 2
    assert seen.look(receipt, world.resolve)
    assert which not in seen
    (tmp_path / "library" / "boat.png").unlink()
    assert not seen.look(receipt, world.resolve)  # publishing says more about one that is gone


def test_a_file_is_read_again_only_when_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = _world(tmp_path, boat_png=png(1))
    receipt = _done(world.publish(Post("1" * 16, "T", "![](boat.png)"))).receipt
    assert receipt is not None
    read: list[Path] = []
    real = files.read_file

    def counted(path: Path, **named: Any) -> tuple[bytes, str]:
        read.append(path)
        return real(path, **named)

    monkeypatch.setattr("postdesk.publishing.replaced.read_file", counted)
    seen = Replaced()
    for _look in range(3):
        assert not seen.look(receipt, world.resolve)
    assert len(read) == 1
    before = (tmp_path / "library" / "boat.png").stat()
    (tmp_path / "library" / "boat.png").write_bytes(png(2))  # as long, and given its old time back
    os.utime(tmp_path / "library" / "boat.png", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert seen.look(receipt, world.resolve)


def test_undo_knows_which_pictures_were_out_before(tmp_path: Path) -> None:
    world = _world(tmp_path, boat_png=png(1))
    post = Post("1" * 16, "T", "![](boat.png)")
    first = _done(world.publish(post)).receipt
    (tmp_path / "library" / "boat.png").write_bytes(png(2))
    second = _done(world.publish(post, Intent.UPDATE))
    assert first is not None
    assert second.receipt is not None
    assert first.pictures != second.receipt.pictures
    job = world.journal.job(second.job_id)
    assert job is not None
    assert [tuple(p) for p in json.loads(job.before)["pictures"]] == list(first.pictures)


# --- described ----------------------------------------------------------------------------------------------------


def test_changed_words_reach_a_picture_that_is_there_already_and_once(tmp_path: Path) -> None:
    world = _world(tmp_path, quay_jpg=WIDE)
    _done(world.publish(POST))
    described = world.server.log.count("describe_media")
    _done(world.publish(replace(POST, body=POST.body + "!"), Intent.UPDATE))
    assert world.server.log.count("describe_media") == described
    other = replace(POST, body=POST.body.replace("A queue", "A long queue").replace("At noon", "At dusk"))
    for _time in range(2):
        _done(world.publish(other, Intent.UPDATE))
    (medium,) = world.server.media.values()
    assert (medium["alt"], medium["caption"]) == ("A long queue", "At dusk.")
    assert world.server.log.count("describe_media") == described + 1
    _done(world.publish(replace(POST, body="![](quay.jpg)"), Intent.UPDATE))
    assert (medium["alt"], medium["caption"]) == ("", "")


def test_a_colleagues_words_stay_where_the_post_has_none(tmp_path: Path) -> None:
    world = _world(tmp_path, quay_jpg=WIDE)
    silent = replace(POST, body="![](quay.jpg)")
    _done(world.publish(silent))
    (medium,) = world.server.media.values()
    medium["alt"] = "Theirs"
    _done(world.publish(replace(silent, title="Else"), Intent.UPDATE))
    assert medium["alt"] == "Theirs"


def test_a_picture_that_somebody_deleted_on_the_blog_goes_there_again(tmp_path: Path) -> None:
    world = _world(tmp_path, quay_jpg=WIDE)
    _done(world.publish(POST))
    world.server.media.clear()
    _done(world.publish(replace(POST, body=POST.body.replace("A queue", "A long queue")), Intent.UPDATE))
    (medium,) = world.server.media.values()
    assert medium["alt"] == "A long queue"
    assert medium["address"] in world.server.public()[0]["content"]


# --- what a blog refuses ------------------------------------------------------------------------------------------


def test_what_a_blog_refuses_is_converted_and_the_next_one_at_once(tmp_path: Path) -> None:
    world = _world(tmp_path, a_avif=photo("AVIF"), b_avif=photo("AVIF", image=scene(300, 200)))
    _blog(world).refuses = {"image/avif"}
    first = Post("1" * 16, "One", "![A](a.avif)")
    _done(world.publish(first))
    assert world.server.log.count("refused") == 1
    ((name, sent),) = _blog(world).kept
    assert name.endswith("-a.jpg")
    assert mime(sent) == "image/jpeg"
    assert is_upright(opened(sent))
    assert ".jpg" in world.server.public()[0]["content"]
    _done(world.publish(Post("2" * 16, "Two", "![A](a.avif)\n\n![B](b.avif)")))
    assert world.server.log.count("refused") == 1
    assert _uploads(world) == 2


def test_what_a_blog_takes_goes_out_as_it_is(tmp_path: Path) -> None:
    world = _world(tmp_path, a_avif=photo("AVIF", note=False))
    _done(world.publish(Post("1" * 16, "One", "![A](a.avif)")))
    ((name, sent),) = _blog(world).kept
    assert (name.endswith("-a.avif"), sent) == (True, photo("AVIF", note=False))


def test_a_telephones_heic_is_a_jpeg_for_readers(tmp_path: Path) -> None:
    world = _world(tmp_path, a_heic=photo("HEIF", 6))
    _done(world.publish(Post("1" * 16, "One", "![A](a.heic)")))
    ((name, sent),) = _blog(world).kept
    assert (name.endswith("-a.jpg"), mime(sent)) == (True, "image/jpeg")


@pytest.mark.parametrize("refused", ["image/jpeg", "image/png"])
def test_a_kind_that_nothing_is_made_of_stays_refused(tmp_path: Path, refused: str) -> None:
    world = _world(tmp_path, quay_jpg=WIDE, boat_png=png(1))
    _blog(world).refuses = {refused}
    result = world.publish(replace(POST, body=POST.body + "\n\n![](boat.png)"))
    assert result.kind is ResultKind.FAILED
    assert not world.server.public()


def test_the_limit_of_a_server_is_told_before_the_next_upload(tmp_path: Path) -> None:
    boat = png(1)
    world = _world(tmp_path, boat_png=boat)
    _blog(world).takes = 10
    post = Post("1" * 16, "T", "![A boat](boat.png)")
    assert world.publish(post).kind is ResultKind.FAILED
    assert limits_of(world.journal, ACCOUNT.id) == Limits(len(boat))
    plan = world.plan(post)

    def remarks(limits: Limits) -> list[str]:
        found = check(
            post, ACCOUNT, Intent.PUBLISH, Collected(plan.snapshot.pictures), receipt=None, capabilities=ALL,
            now=NOW, limits=limits,
        )  # fmt: skip
        return [r.sentence for r in found if r.level is Level.WARNING]

    (told,) = remarks(limits_of(world.journal, ACCOUNT.id))
    assert "boat.png" in told
    assert "refused a file of 1 KB" in told
    (told,) = remarks(Limits(free=100))
    assert "no room" in told
    assert remarks(Limits(len(boat) + 1, 10_000)) == []
    _blog(world).takes = 1000  # the host raised it
    for job in world.outbox.jobs():
        world.outbox.retry_now(job.id)
    world.settle()
    assert len(world.server.public()) == 1
    assert limits_of(world.journal, ACCOUNT.id) == Limits()


def test_the_size_before_pictures_are_made_smaller_is_called_so(tmp_path: Path) -> None:
    world = _world(tmp_path, quay_jpg=WIDE)
    plan = world.plan(POST)
    found = check(
        POST, ACCOUNT, Intent.PUBLISH, Collected(plan.snapshot.pictures), receipt=None, capabilities=ALL,
        now=NOW,
    )  # fmt: skip
    assert "before they are made smaller" in found[0].sentence


# --- crashes ------------------------------------------------------------------------------------------------------


def _one_of_each(server: Server, kept: int = 1) -> None:
    assert len(server.public()) == 1
    assert not server.drafts()
    assert len(server.media) == kept
    (medium,) = server.media.values()
    assert medium["address"] in server.public()[0]["content"]


def test_whatever_call_of_the_disk_fails_while_a_picture_is_made_ready(tmp_path: Path) -> None:
    at = 0
    while True:
        at += 1
        home = tmp_path / str(at)
        world = _world(home, quay_jpg=WIDE)
        world.click(POST)
        failing = Failing(home / "state" / "outbox", at, list(CODES.values())[at % 3])
        failing._root += os.sep  # not the lock and the journal, which are called alike
        with failing.installed():
            results = world.run()
        assert all(r.kind is ResultKind.DONE or r.sentence for r in results)
        world.settle()
        _one_of_each(world.server)
        world.stop()
        if not failing.failed:
            break
    assert at > 5


def test_killed_at_every_write_of_what_is_made_ready(tmp_path: Path) -> None:
    """SIGKILL before every call that changes the outbox's folder: the next start sends one picture under one name."""
    moment = 0
    while True:
        moment += 1
        home = tmp_path / str(moment)
        home.mkdir()
        (home / "library").mkdir()
        (home / "library" / "quay.jpg").write_bytes(WIDE)
        child = os.fork()
        if child == 0:
            _publish_until_killed(home, moment)
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        world = World(home, Server.load(home / "blog.json"), make=lambda w: Blog(w.server))
        if not world.outbox.jobs() and not world.server.public():
            world.click(POST)  # killed before the click was written down: she clicks again
        world.settle()
        _one_of_each(world.server)
        world.stop()
        if not os.WIFSIGNALED(status):
            assert os.WEXITSTATUS(status) == 0
            break
    assert moment > 6


def _publish_until_killed(home: Path, moment: int) -> None:
    passed = 0

    def standing_for(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            nonlocal passed
            if "outbox" in str(given[0]) or isinstance(given[0], int):
                passed += 1
                if passed == moment:
                    os.kill(os.getpid(), signal.SIGKILL)
            return real(*given, **named)

        return call

    world = World(home, Server.load(home / "blog.json"), make=lambda w: Blog(w.server))
    for name in ("open", "write", "fsync", "replace", "rename", "link"):
        setattr(os, name, standing_for(getattr(os, name)))
    world.click(POST)
    world.settle()


def test_a_try_after_a_crash_sends_the_same_bytes_under_the_same_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = _world(tmp_path, [Fault(4, "lost request")], quay_jpg=WIDE)
    world.click(POST)
    made: list[bytes] = []
    real = prepare.make

    def counted(*given: Any, **named: Any) -> tuple[bytes, str]:
        data, kind = real(*given, **named)
        made.append(data)
        return data, kind

    monkeypatch.setattr(prepare, "make", counted)
    world.settle()
    first, again = _blog(world).kept
    assert first == again == (first[0], made[0])
    assert len(made) == 1
    _one_of_each(world.server)
    folder = tmp_path / "state" / "outbox"
    for file in folder.iterdir():
        os.utime(file, (0, 0))
    world.run()
    assert not list(folder.iterdir())


def test_what_is_made_ready_is_kept_while_its_post_waits(tmp_path: Path) -> None:
    world = _world(tmp_path, [Fault(number, "before") for number in range(5, 9)], quay_jpg=WIDE)
    world.click(POST)
    world.run()
    folder = tmp_path / "state" / "outbox"
    made = set(folder.iterdir())
    assert len(made) == 2
    for file in made:
        os.utime(file, (0, 0))
    world.clock.now += 10
    world.run()
    assert set(folder.iterdir()) == made


def test_she_can_stop_in_the_middle_of_an_upload(tmp_path: Path) -> None:
    world = _world(tmp_path, quay_jpg=WIDE)
    world.click(POST)
    cancel = Cancel()
    heard: list[Progress] = []

    def stop(progress: Progress) -> None:
        heard.append(progress)
        if progress.sent:
            cancel.set()

    world.outbox.run(cancel, stop)
    assert heard[-1].size > 10_000
    assert not world.server.public()
    world.settle()
    _one_of_each(world.server)


# --- from before --------------------------------------------------------------------------------------------------


def test_what_was_written_down_before_pictures_were_made_ready_is_read_and_found(tmp_path: Path) -> None:
    world = _world(tmp_path, boat_png=png(1))
    (picture,) = world.plan(Post("1" * 16, "T", "![](boat.png)")).snapshot.pictures
    values = picture_json(picture)
    del values["treatment"], values["source_hash"]
    assert picture_from_json(values) == picture
    snapshot = json.loads(Snapshot(POST, "a1", Intent.PUBLISH).to_json())
    del snapshot["restore_pictures"]
    assert Snapshot.from_json(json.dumps(snapshot)) == Snapshot(POST, "a1", Intent.PUBLISH)
    receipt = receipts.Receipt("1" * 16, "a1", "7")
    older = receipts.to_json(receipt)
    del older["pictures"]
    assert receipts.from_json(older) == receipt
    # A ledger that knows files by their own hash: what goes out untouched is found in it.
    world.journal.put_media(
        "a1", MediaReceipt(files.content_hash(png(1)), "m9", "https://blog.example/media/boat.png")
    )
    _done(world.publish(Post("1" * 16, "T", "![](boat.png)")))
    assert _uploads(world) == 0


def test_one_picture_under_two_names_is_one(tmp_path: Path) -> None:
    world = _world(tmp_path, a_jpg=WIDE, b_jpg=WIDE)
    plan = world.plan(Post("1" * 16, "T", "![](a.jpg)\n\n![B](b.jpg)"))
    assert [p.alt for p in by_content(plan.snapshot.pictures)] == ["B"]


@pytest.mark.parametrize(
    ("options", "recipe"),
    [
        ({}, Recipe(2048)),
        ({"picture_width": "1200"}, Recipe(1200)),
        ({"picture_width": "0", "picture_place": "keep"}, Recipe(0, keep_place=True)),
        ({"picture_width": "-1", "picture_place": "no"}, Recipe(2048)),
        ({"picture_width": "²"}, Recipe(2048)),
    ],
)
def test_each_blog_has_a_recipe_of_its_own(options: dict[str, str], recipe: Recipe) -> None:
    account = Account("a1", "fake", "Blog", "https://b.example", options=options)
    assert recipe_of(account) == recipe
    assert recipe_of(replace(account, options=options_of(recipe))) == recipe


def test_a_copy_that_went_is_told_in_a_sentence(tmp_path: Path) -> None:
    world = _world(tmp_path, quay_jpg=WIDE)
    world.click(POST)
    for file in (tmp_path / "state" / "outbox").iterdir():
        file.unlink()
    (result,) = world.run()
    assert result.kind is ResultKind.FAILED
    assert "quay.jpg" in result.sentence
    assert "Publish it again" in result.sentence
    _done(world.publish(POST))
