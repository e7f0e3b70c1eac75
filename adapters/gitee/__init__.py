"""Gitee: gitee.com, gitee.ru and private installations (`reference/gitee.md`)."""

from adapters.gitee.conversion import convert, delivery_key
from adapters.gitee.verification import verify

__all__ = ["convert", "delivery_key", "verify"]
