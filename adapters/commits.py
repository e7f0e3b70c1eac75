"""What both forges say with a commit's id."""


def is_zero(sha: str) -> bool:
    """Tell whether *sha* stands for "no commit": zeros, 40 or 64 of them, or 8 in old bodies."""
    return bool(sha) and not sha.strip("0")
