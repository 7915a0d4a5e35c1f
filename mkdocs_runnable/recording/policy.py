"""Finds the recordings that pages show, and decides whether a snippet may be without one."""

from dataclasses import dataclass

from mkdocs_runnable.options import Policy
from mkdocs_runnable.recording.check import load_recording
from mkdocs_runnable.recording.recordings import Origins, Transcript
from mkdocs_runnable.snippets.snippet import Library, Snippet


@dataclass(frozen=True)
class Recording:
    """What a snippet printed in a run, and what is known about that run.

    Attributes:
        transcript: The recorded output.
        interpreter: Name of the interpreter, such as ``CPython 3.13``; None if it is unknown.
        is_outdated: Whether pages have to say that the program has changed since the run.
    """

    transcript: Transcript
    interpreter: str | None = None
    is_outdated: bool = False


@dataclass(frozen=True)
class RecordingFinder:
    """Finds the recordings of snippets.

    Attributes:
        library: All snippets.
        policy: With ``required``, a missing recording is an error, and an outdated one is shown
            like any other, because the tests of such a project find it with ``stale_recordings``
            in ``check.py``. With ``optional``, pages say that a recording is missing or outdated.
    """

    library: Library
    policy: Policy = "optional"

    def find(self, snippet: Snippet) -> Recording | None:
        """Return the recording of a snippet, or None if it has not been recorded yet.

        Raises:
            RunnableError: A required recording is missing, or a recording cannot be read.
        """
        is_optional = self.policy == "optional"
        if is_optional and not snippet.recording_path.exists():
            return None
        transcript = load_recording(snippet, self.library)
        origin = Origins(self.library.root).get(snippet.name)
        if origin is None:
            return Recording(transcript)
        has_changed = not snippet.sha256.startswith(origin.source)
        return Recording(transcript, origin.interpreter, is_optional and has_changed)
