"""For what a bundle is made: a cloud's Python, its platform, and where it unpacks the zip."""

from typing import NamedTuple

from deploy.errors import DeployError

_ALL = "requirements.txt"
# Both clouds have a C library that takes these wheels; `reference/platforms.md` section 4.1.
PLATFORMS = {"x86_64": "manylinux2014_x86_64", "arm64": "manylinux2014_aarch64"}


class Target(NamedTuple):
    """*python* is ``3.13``, *arch* a key of `PLATFORMS`, *root* the folder in the cloud.

    *serves*: the function is a web server of its own.
    """

    name: str
    python: str
    arch: str
    root: str
    requirements: tuple[str, ...] = (_ALL,)
    serves: bool = False

    @property
    def platform(self) -> str:
        return PLATFORMS[self.arch]


class BuildError(DeployError):
    """There is no bundle."""


_TENCENT = (_ALL, "requirements-tencent.txt")
TARGETS = {
    target.name: target
    for target in (
        Target("aws", "3.13", "arm64", "/var/task"),
        Target("tencent", "3.10", "x86_64", "/var/user", _TENCENT),
        Target(
            "tencent-web", "3.10", "x86_64", "/var/user",
            (*_TENCENT, "requirements-web.txt"), serves=True,
        ),
    )
}  # fmt: skip
