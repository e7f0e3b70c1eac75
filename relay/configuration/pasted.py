"""Text as people paste it: what surrounds it does not count, and lists come in many forms."""

# \u3000 and \u00a0 come with text copied from pages, the zero-width ones from chats
EDGES = " \t\r\n\v\f\u00a0\u3000\u200b\u200e\u200f\u2060\ufeff"
QUOTES = "\"'`“”„‟‘’‚‛＂＇"


def trimmed(text: str) -> str:
    """Return *text* without the spaces and invisible marks around it and one pair of quotes."""
    text = text.strip(EDGES)
    if len(text) > 1 and text[0] in QUOTES and text[-1] in QUOTES:
        text = text[1:-1].strip(EDGES)
    return text


def places(text: str) -> list[str]:
    """Return a list whose empty places count, except at the end: ``a,,b``.

    Commas, full-width commas and line breaks separate; quotes around an entry go.
    """
    joined = ""
    for line in text.replace("，", ",").splitlines():
        if part := line.strip(EDGES):
            meets = not joined or joined.endswith(",") or part.startswith(",")
            joined += part if meets else f",{part}"
    found = [part.strip(EDGES + QUOTES) for part in joined.split(",")]
    while found and not found[-1]:
        found.pop()
    return found


def items(text: str) -> list[str]:
    """Return the list that `places` returns, without its empty places."""
    return [item for item in places(text) if item]
