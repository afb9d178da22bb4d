import sys

import pytest

from benchmarks import peers


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(peers, "FOLDER", tmp_path)
    return tmp_path


def test_every_peer_is_pinned():
    for name, peer in peers.PEERS.items():
        assert all("==" in one for one in (*peer.requirements, *peer.overrides))
        assert peers.version_of(name)[0].isdigit()


def test_an_environment_is_made_once_and_anew_when_its_pins_change(folder, monkeypatch):
    commands = []

    def note(name, *command):
        commands.append(command)
        (folder / name / "bin").mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(peers, "_run", note)
    assert peers.python_of("zenpy") == folder / "zenpy" / "bin" / "python"
    assert commands[0] == (sys.executable, "-m", "venv", str(folder / "zenpy"))
    made = len(commands)
    peers.python_of("zenpy")
    assert len(commands) == made
    monkeypatch.setattr(peers, "PEERS", {"zenpy": peers.Peer(("zenpy==9",))})
    peers.python_of("zenpy")
    assert len(commands) == 2 * made


def test_what_pip_says_is_told(folder):
    with pytest.raises(peers.PeerError, match=r"the environment of zenpy can't be made: no network"):
        peers._run("zenpy", sys.executable, "-c", "import sys; sys.exit('no network')")
