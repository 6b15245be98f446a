"""Two machines write apart, sync, and have the same library with every word of both."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled, LibraryError, LibraryInUse, NotAllowed, Unreachable
from postdesk.library.blog_pictures import BlogPictures, Copy
from postdesk.library.git.merging import Merged
from postdesk.library.git.state import Kind, spoken
from postdesk.library.git.sync import spoken as told
from postdesk.library.git.sync import sync
from postdesk.library.receipts import Receipts
from postdesk.publishing.merging import merge_file
from tests.library.git.machines import Machine, git


def both(desktop: Machine, laptop: Machine) -> None:
    """Sync until both have what the other has."""
    desktop.sync()
    laptop.sync()
    desktop.sync()
    assert desktop.names() == laptop.names()
    assert all((desktop.root / n).read_bytes() == (laptop.root / n).read_bytes() for n in desktop.names())
    assert desktop.state.is_backed_up
    assert laptop.state.is_backed_up


def test_different_posts_come_and_go(desktop: Machine, laptop: Machine) -> None:
    desktop.write("Morning.md", "Written at the desk.")
    laptop.write("Evening.md", "Written on the train.")
    desktop.sync()
    synced = laptop.sync()
    assert (synced.sent, synced.came, synced.copies) == (1, 1, ())
    assert told(synced) == "Synced: 1 post sent, 1 came."
    both(desktop, laptop)
    assert "Written on the train." in desktop.read("Evening.md")


def test_one_post_that_one_machine_changed_is_that_post_on_both(desktop: Machine, laptop: Machine) -> None:
    laptop.write("Storm.md", "First block.\n\nSecond block, longer.\n\nThird block.")
    both(desktop, laptop)
    assert "Second block, longer." in desktop.read("Storm.md")


def test_different_blocks_of_one_post_become_one_text(desktop: Machine, laptop: Machine) -> None:
    desktop.write("Storm.md", "First block of the desk.\n\nSecond block.\n\nThird block.")
    laptop.write(
        "Storm.md", "First block.\n\nSecond block.\n\nThird block of the train.\n\nFourth.", title="A storm"
    )
    desktop.sync()
    assert laptop.sync().copies == ()
    both(desktop, laptop)
    text = desktop.read("Storm.md")
    assert "title: A storm\n" in text
    assert text.endswith(
        "First block of the desk.\n\nSecond block.\n\nThird block of the train.\n\nFourth.\n"
    )
    assert [n for n in desktop.names() if "conflict" in n] == []


def test_the_same_block_changed_on_both_machines_is_kept_twice(desktop: Machine, laptop: Machine) -> None:
    desktop.write("Storm.md", "First block of the desk.\n\nSecond block.\n\nThird block.")
    laptop.write("Storm.md", "First block of the train.\n\nSecond block.\n\nThird block.")
    desktop.sync()
    synced = laptop.sync()
    assert len(synced.copies) == 1
    assert "both versions are kept" in told(synced)
    assert "of the train" in laptop.read("Storm.md")
    copy = laptop.read(synced.copies[0])
    assert synced.copies[0].startswith("Storm (conflict 2")
    assert "of the desk" in copy
    assert "id: id-storm\n" not in copy  # a post of its own
    assert "<<<<" not in laptop.everything()
    both(desktop, laptop)
    assert "of the train" in desktop.everything()
    assert "of the desk" in desktop.everything()


@pytest.mark.parametrize("writer_is_first", [True, False])
def test_an_edited_post_survives_that_the_other_machine_deleted_it(
    desktop: Machine, laptop: Machine, writer_is_first: bool
) -> None:
    laptop.write("Storm.md", "First block, with new words.\n\nSecond block.\n\nThird block.")
    (desktop.root / "Storm.md").unlink()
    if writer_is_first:
        laptop.sync()
    both(desktop, laptop)
    assert "with new words" in desktop.read("Storm.md")


def test_a_deleted_post_goes_to_the_trash_of_the_other_machine(desktop: Machine, laptop: Machine) -> None:
    (desktop.root / "Storm.md").unlink()
    both(desktop, laptop)
    trash = list((laptop.root / ".postdesk" / "trash").glob("*/Storm.md"))
    assert len(trash) == 1
    assert "Third block." in trash[0].read_text()


@pytest.mark.parametrize("renamer_is_first", [True, False])
def test_a_renamed_post_takes_the_words_of_the_other_machine(
    desktop: Machine, laptop: Machine, renamer_is_first: bool
) -> None:
    (desktop.root / "Storm.md").rename(desktop.root / "The storm.md")
    laptop.write("Storm.md", "First block, with new words.\n\nSecond block.\n\nThird block.")
    if not renamer_is_first:
        laptop.sync()
    both(desktop, laptop)
    assert "with new words" in desktop.read("The storm.md")
    assert not (laptop.root / "Storm.md").exists()


def test_a_post_renamed_on_both_machines_has_one_name_and_both_texts(
    desktop: Machine, laptop: Machine
) -> None:
    (desktop.root / "Storm.md").unlink()
    desktop.write(
        "A.md", "First block of the desk.\n\nSecond block.\n\nThird block.", id="id-storm", title="Storm"
    )
    (laptop.root / "Storm.md").unlink()
    laptop.write(
        "B.md", "First block.\n\nSecond block.\n\nThird block of the train.", id="id-storm", title="Storm"
    )
    both(desktop, laptop)
    text = desktop.everything()
    assert "of the desk" in text
    assert "of the train" in text
    assert text.count("id: id-storm\n") == 1


def test_pictures_of_one_name_are_both_kept(desktop: Machine, laptop: Machine) -> None:
    desktop.put("cat.jpg", b"\xff\xd8\0cat of the desk")
    laptop.put("cat.jpg", b"\xff\xd8\0cat of the train")
    desktop.put("storm.jpg", b"\xff\xd8\0changed")
    both(desktop, laptop)
    cats = {p.read_bytes() for p in desktop.root.glob("cat*.jpg")}
    assert cats == {b"\xff\xd8\0cat of the desk", b"\xff\xd8\0cat of the train"}


def receipt(remote_id: str, when: str, **others: object) -> bytes:
    values = {
        "post_id": "id-storm", "account_id": "blog1", "remote_id": remote_id, "address": f"https://b.example/{remote_id}",
        "slug": "storm", "status": "published", "revision": when, "sent_hash": "", "base_hash": "", "media": [],
        "published_at": when, "updated_at": when, **others,
    }  # fmt: skip
    return (json.dumps(values, indent=1, sort_keys=True) + "\n").encode()


RECEIPT = ".postdesk/receipts/id-storm.blog1.json"


def media(name: str) -> dict[str, object]:
    return {
        "content_hash": name * 64,
        "remote_id": name,
        "address": f"https://b.example/{name}.jpg",
        "width": 1,
        "height": 1,
    }


def test_of_two_receipts_the_newer_one_counts_and_no_upload_is_forgotten(
    desktop: Machine, laptop: Machine
) -> None:
    desktop.put(RECEIPT, receipt("7", "2026-03-01T10:00:00+00:00"))
    both(desktop, laptop)
    desktop.put(RECEIPT, receipt("7", "2026-03-02T10:00:00+00:00", media=[media("a")]))
    laptop.put(RECEIPT, receipt("7", "2026-03-03T12:00:00+02:00", media=[media("b")]))
    both(desktop, laptop)
    merged = Receipts(desktop.root).get("id-storm", "blog1")
    assert merged is not None
    assert merged.revision == "2026-03-03T12:00:00+02:00"
    assert {m.remote_id for m in merged.media} == {"a", "b"}
    assert len(Receipts(desktop.root).for_post("id-storm")) == 1


def test_two_posts_on_the_blog_are_both_remembered(desktop: Machine, laptop: Machine) -> None:
    desktop.put(RECEIPT, receipt("7", "2026-03-02T10:00:00+00:00"))
    laptop.put(RECEIPT, receipt("8", "2026-03-01T10:00:00+00:00"))
    both(desktop, laptop)
    known = Receipts(laptop.root).for_post("id-storm")
    assert {r.remote_id for r in known} == {"7", "8"}
    newest = Receipts(laptop.root).get("id-storm", "blog1")
    assert newest is not None
    assert newest.remote_id == "7"


def test_what_two_machines_know_of_a_blogs_picture_is_no_conflict(desktop: Machine, laptop: Machine) -> None:
    for machine, known in (
        (desktop, Copy("//b.example/a.jpg", why="gone")),
        (laptop, Copy("//b.example/a.jpg", "a.jpg")),
    ):
        BlogPictures(machine.root, lambda *_asked: "").put(known)
    both(desktop, laptop)
    for machine in (desktop, laptop):
        known_there = list(BlogPictures(machine.root, lambda *_asked: "").all())
        assert known_there == [Copy("//b.example/a.jpg", "a.jpg")]
        assert not list((machine.root / ".postdesk").rglob("*conflict*"))


def test_bases_and_receipts_travel_and_the_trash_does_not(desktop: Machine, laptop: Machine) -> None:
    Receipts(desktop.root).put_base("What the blog had.")
    desktop.put(RECEIPT, receipt("7", "2026-03-02T10:00:00+00:00"))
    desktop.put(".postdesk/trash/x/Old.md", b"thrown away")
    desktop.put(".pd-0123456789abcdef01234567.tmp", b"half a save")
    both(desktop, laptop)
    digest = next((laptop.root / ".postdesk" / "bases").rglob("*/*")).name
    assert Receipts(laptop.root).base(digest) == "What the blog had."
    assert not (laptop.root / ".postdesk" / "trash").exists()
    assert not (laptop.root / ".pd-0123456789abcdef01234567.tmp").exists()


def test_hostile_names_are_names(desktop: Machine, laptop: Machine) -> None:
    for name in (
        "-rf.md",
        "two\nlines.md",
        'a "quoted" one.md',
        "$(touch x) `y`.md",
        ":(glob)*.md",
        "ünïcode — “q”.md",
    ):
        desktop.write(name, f"Text of {name!r}.", id="n" + str(abs(hash(name))))
        laptop.write("Storm.md", f"Edited for {name!r}.")
    both(desktop, laptop)
    (desktop.root / "two\nlines.md").rename(desktop.root / "--force.md")
    both(desktop, laptop)
    assert "two" in laptop.read("--force.md")
    desktop.write("-rf.md", "Mine.")
    laptop.write("-rf.md", "Yours.")
    both(desktop, laptop)
    assert {"Mine.", "Yours."} <= set(desktop.everything().splitlines())


def test_without_a_connection_the_posts_are_committed_and_go_later(
    desktop: Machine, laptop: Machine, bare: Path
) -> None:
    desktop.write("Morning.md", "Written at the desk.")
    bare.rename(bare.with_name("away"))
    with pytest.raises(Unreachable) as caught:
        desktop.sync()
    assert "not backed up" in caught.value.means
    assert git(desktop.root, "status", "--porcelain") == ""
    assert spoken(desktop.state) == "1 change not backed up"
    assert spoken(desktop.state, offline=True) == "Not backed up: no connection"
    bare.with_name("away").rename(bare)
    both(desktop, laptop)
    assert "Written at the desk." in laptop.read("Morning.md")
    assert spoken(desktop.state) == "Backed up"


def test_a_push_that_another_machine_won_is_merged_and_sent(
    desktop: Machine, laptop: Machine, clone: Callable[[str], Machine]
) -> None:
    third = clone("third")
    third.write("Third.md", "From the third machine.")
    desktop.write("Storm.md", "First block of the desk.\n\nSecond block.\n\nThird block.")
    desktop.sync()
    laptop.write("Storm.md", "First block of the train.\n\nSecond block.\n\nThird block.")

    def meanwhile(path: str, base: bytes | None, mine: bytes, theirs: bytes) -> Merged:
        third.sync()  # after the laptop's fetch, before its push
        return merge_file(path, base, mine, theirs)

    synced = laptop.sync(meanwhile)
    assert synced.came >= 2
    third.sync()
    both(desktop, laptop)
    assert "From the third machine." in desktop.read("Third.md")
    assert {"of the desk", "of the train"} <= {
        w for w in ("of the desk", "of the train") if w in desktop.everything()
    }


def test_words_saved_while_the_sync_brings_others_are_kept(desktop: Machine, laptop: Machine) -> None:
    desktop.write("Storm.md", "First block of the desk.\n\nSecond block.\n\nThird block.")
    desktop.write("2025/Archive.md", "Changed at the desk.")
    desktop.sync()
    laptop.write("2025/Archive.md", "Changed on the train.")

    def meanwhile(path: str, base: bytes | None, mine: bytes, theirs: bytes) -> Merged:
        # After the commit, before the files come: her editor saves the other post.
        laptop.write("Storm.md", "First block.\n\nSecond block.\n\nThird block, typed just now.")
        return merge_file(path, base, mine, theirs)

    laptop.sync(meanwhile)
    assert "typed just now" in laptop.everything()
    assert "First block of the desk." in laptop.everything()
    both(desktop, laptop)
    assert "typed just now" in desktop.everything()


def test_a_library_that_met_another_one_has_the_posts_of_both(
    desktop: Machine, tmp_path: Path, bare: Path
) -> None:
    other = Machine(tmp_path / "other")
    other.write("Storm.md", "Another storm.")
    other.write("Own.md", "Only here.")
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(other.root))
    git(other.root, "remote", "add", "origin", str(bare))
    other.sync()
    both(desktop, other)
    text = desktop.everything()
    assert "Another storm." in text
    assert "Third block." in text
    assert "Only here." in text


def test_a_repository_that_refuses_says_so_in_its_own_words(desktop: Machine, bare: Path) -> None:
    hook = bare / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'posts only on Sundays' >&2\nexit 1\n")
    hook.chmod(0o755)
    desktop.write("Morning.md", "Written at the desk.")
    with pytest.raises(NotAllowed) as caught:
        desktop.sync()
    assert "posts only on Sundays" in caught.value.details


def test_the_writers_hooks_are_run(desktop: Machine) -> None:
    hook = desktop.root / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho 'spelling first' >&2\nexit 1\n")
    hook.chmod(0o755)
    desktop.write("Morning.md", "Written at the desk.")
    with pytest.raises(LibraryError) as caught:
        desktop.sync()
    assert "spelling first" in caught.value.happened


def test_the_environments_other_repository_is_left_alone(
    desktop: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "code"
    git(tmp_path, "init", "--quiet", str(other))
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    desktop.write("Morning.md", "Written at the desk.")
    assert desktop.sync().sent == 1
    assert not (other / ".git" / "index").exists()


def test_a_sync_that_she_stops_goes_on_next_time(desktop: Machine, laptop: Machine) -> None:
    desktop.write("Morning.md", "Written at the desk.")
    cancel = Cancel()
    with pytest.raises(Cancelled):
        sync(desktop.root, merge_file, cancel, lambda step, _percent: cancel.set())
    both(desktop, laptop)
    assert "Written at the desk." in laptop.read("Morning.md")


def test_two_syncs_at_once_are_one(desktop: Machine) -> None:
    def second(path: str, percent: int) -> None:
        with pytest.raises(LibraryInUse):
            desktop.sync()

    sync(desktop.root, merge_file, Cancel(), second)  # type: ignore[arg-type]


def test_a_merge_that_another_program_began_is_left_to_it(desktop: Machine, laptop: Machine) -> None:
    desktop.put("notes.txt", b"desk\n")
    laptop.put("notes.txt", b"train\n")
    desktop.sync()
    git(laptop.root, "add", "-A")
    git(laptop.root, "commit", "-qm", "mine")
    git(laptop.root, "fetch", "-q")
    ran = subprocess.run(
        ["git", "merge", "-q", "origin/main"], cwd=laptop.root, capture_output=True, check=False
    )
    assert ran.returncode == 1
    assert laptop.state.kind is Kind.UNFINISHED
    with pytest.raises(LibraryError, match="not finished"):
        laptop.sync()


def test_no_branch_and_no_remote_are_said(desktop: Machine, tmp_path: Path) -> None:
    git(desktop.root, "checkout", "-q", "--detach")
    assert desktop.state.kind is Kind.DETACHED
    with pytest.raises(LibraryError, match="on no branch"):
        desktop.sync()
    git(desktop.root, "switch", "-q", "main")
    git(desktop.root, "remote", "remove", "origin")
    assert spoken(desktop.state) == "In git, on this machine only"
    desktop.write("Morning.md", "x")
    assert spoken(desktop.state) == "1 change not in git yet"
    assert "no address" in told(desktop.sync())


def test_a_lock_of_another_git_is_waited_for_and_never_taken_away(desktop: Machine) -> None:
    lock = desktop.root / ".git" / "index.lock"
    lock.touch()
    desktop.write("Morning.md", "x")
    with pytest.raises(LibraryError, match="Another git is at work"):
        desktop.sync(patience=0.2)
    assert lock.exists()


def test_line_ends_that_git_converts_are_not_taken_for_her_changes(desktop: Machine, laptop: Machine) -> None:
    for machine in (desktop, laptop):
        git(machine.root, "config", "core.autocrlf", "true")
    desktop.put(".gitattributes", b"*.md text merge=postdesk\n")
    both(desktop, laptop)
    desktop.write("Storm.md", "First block of the desk.")
    desktop.sync()
    synced = laptop.sync()
    assert synced.copies == ()
    assert (laptop.root / "Storm.md").read_bytes().endswith(b"First block of the desk.\r\n")
    assert laptop.names() == desktop.names()


def test_a_link_that_leads_out_of_the_library_is_not_written_through(
    desktop: Machine, laptop: Machine, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    desktop.write("folder/Post.md", "Inside.")
    both(desktop, laptop)
    shutil.rmtree(laptop.root / "folder")
    (laptop.root / "folder").symlink_to(outside)
    git(laptop.root, "update-index", "--assume-unchanged", "folder/Post.md")
    desktop.write("folder/Post.md", "Changed.")
    desktop.sync()
    with pytest.raises(LibraryError):
        laptop.sync()
    assert list(outside.iterdir()) == []


def test_a_commit_in_a_terminal_after_a_killed_sync_takes_nothing_back(
    desktop: Machine, laptop: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop.write("Storm.md", "First block of the desk.")
    desktop.sync()

    def dies(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("postdesk.library.git.taking._Folder.bring", dies)
        with pytest.raises(KeyboardInterrupt):
            laptop.sync()
    assert laptop.state.kind is Kind.INTERRUPTED
    assert spoken(laptop.state) == "Not backed up: the last sync was interrupted"
    laptop.write("Terminal.md", "Written in another editor.")
    git(laptop.root, "add", "-A")
    git(laptop.root, "commit", "-qm", "all that is here")
    both(desktop, laptop)
    assert "First block of the desk." in desktop.read("Storm.md")
    assert "another editor" in desktop.read("Terminal.md")


def test_a_file_where_a_renamed_post_should_come_is_kept(desktop: Machine, laptop: Machine) -> None:
    (desktop.root / "Storm.md").rename(desktop.root / "Gale.md")
    desktop.sync()

    def meanwhile(step: object, _percent: int) -> None:
        if not (laptop.root / "Gale.md").exists() and "FETCH" in str(step):
            laptop.write("Gale.md", "Her own gale, made just now.")

    sync(laptop.root, merge_file, Cancel(), meanwhile)
    assert not (laptop.root / "Storm.md").exists()
    both(desktop, laptop)
    text = desktop.everything()
    assert "Her own gale" in text
    assert "Third block." in text


def test_an_empty_library_gets_all_that_another_machine_wrote(
    desktop: Machine, tmp_path: Path, bare: Path
) -> None:
    empty = Machine(tmp_path / "empty")
    git(tmp_path, "init", "--quiet", "--initial-branch=main", str(empty.root))
    git(empty.root, "remote", "add", "origin", str(bare))
    assert empty.sync().came == 2
    both(desktop, empty)


def test_a_very_long_name_still_gets_a_conflict_copy(desktop: Machine, laptop: Machine) -> None:
    name = "ü" * 125 + ".md"
    desktop.write(name, "At the desk.", id="long")
    laptop.write(name, "On the train.", id="long")
    both(desktop, laptop)
    assert {"At the desk.", "On the train."} <= set(desktop.everything().splitlines())


def test_ignore_rules_of_both_machines_hold(desktop: Machine, laptop: Machine) -> None:
    desktop.put(".gitignore", laptop.read(".gitignore").encode() + b"desk/\n")
    laptop.put(".gitignore", laptop.read(".gitignore").encode() + b"train/\n")
    both(desktop, laptop)
    assert {"desk/", "train/"} <= set((desktop.root / ".gitignore").read_text().splitlines())
    assert list(desktop.root.glob(".gitignore?*")) == []


def test_one_file_that_cannot_be_written_does_not_hold_up_the_others(
    desktop: Machine, laptop: Machine
) -> None:
    closed = laptop.write("closed/Post.md", "Text.").parent
    both(desktop, laptop)
    desktop.write("closed/Post.md", "Changed.")
    desktop.write("Zebra.md", "Comes all the same.")
    desktop.sync()
    closed.chmod(0o555)
    with pytest.raises(LibraryError):
        laptop.sync()
    assert "all the same" in laptop.read("Zebra.md")
    assert "Text." in laptop.read("closed/Post.md")
    closed.chmod(0o755)
    both(desktop, laptop)
    assert "Changed." in laptop.read("closed/Post.md")
