"""What is said of a mistake of ours: where it was made, and nothing of the mail it was made over."""

from __future__ import annotations

OUR_MISTAKE = "a mistake of ours"
"""Errors and the reasons of skips that speak of a defect of lasttouch begin with this."""

DEEPEST_FRAMES = 12


def whereabouts(error: BaseException) -> str:
    """The kind of an error and the lines it came through; not its text, which may quote a mail or a password."""
    import traceback  # noqa: PLC0415 - queries start sooner without

    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST_FRAMES:]
    lines = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    return f"{type(error).__name__} at {lines}"


def mistake(error: BaseException) -> str:
    """The same as a sentence: "a mistake of ours: KeyError at headers.py:50 parse_header < …"."""
    return f"{OUR_MISTAKE}: {whereabouts(error)}"


def traceback_of(error: BaseException) -> str:
    """All lines it came through, and those of what it came from; the texts are left out for the same reason."""
    import traceback  # noqa: PLC0415 - queries start sooner without

    lines = [*traceback.format_tb(error.__traceback__), type(error).__name__]
    earlier = error.__cause__ or error.__context__
    return (f"{traceback_of(earlier)}\nthen\n" if earlier is not None else "") + "".join(lines)
