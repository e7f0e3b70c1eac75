"""What is asked of a table of DynamoDB.

It has the partition key ``key`` (S) and no sort key; its TTL attribute is ``until``. Items have
``text`` (S), ``until`` (N, Unix seconds) and, written by `Table.add`, ``mark`` (S).
"""

import math
import os
from collections.abc import Mapping
from typing import Any

from relay.stores.asking import Asking
from relay.stores.keys import stored_key

_FREE = "attribute_not_exists(#key) OR #until <= :now"  # TTL deletes days later
_NAMES = {"#key": "key", "#until": "until"}
_TAKEN = "ConditionalCheckFailedException"

_Item = Mapping[str, Mapping[str, str]]


class Table:
    """The table called *name*, as *asking* asks it.

    The methods are those of `relay.state.Store`, but that they give None when it cannot be asked.
    """

    def __init__(self, name: str, asking: Asking) -> None:
        self._name = name
        self._asking = asking

    def add(self, key: str, text: str, *, until_s: float, now_s: float) -> str | None:
        mark = os.urandom(8).hex()  # tells our own item, should the call be made twice
        request = {
            **self._item(key, text, until_s, mark=mark),
            "ConditionExpression": _FREE,
            "ExpressionAttributeNames": _NAMES,
            "ExpressionAttributeValues": {":now": {"N": str(math.floor(now_s))}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

        def put(dynamodb: Any) -> str:
            from botocore.exceptions import ClientError  # type: ignore[import-untyped]

            try:
                dynamodb.put_item(**request)
            except ClientError as error:
                if error.response["Error"]["Code"] != _TAKEN:
                    raise
                found = error.response.get("Item") or self._find(dynamodb, key)
                return "" if _value(found, "mark") == mark else _value(found, "text")
            return ""

        return self._asking.ask(put, now_s)

    def get(self, key: str, *, now_s: float) -> str | None:
        def find(dynamodb: Any) -> str:
            found = self._find(dynamodb, key)
            return _value(found, "text") if _until(found) > now_s else ""

        return self._asking.ask(find, now_s)

    def put(self, key: str, text: str, *, until_s: float) -> None:
        def put(dynamodb: Any) -> str:
            dynamodb.put_item(**self._item(key, text, until_s))
            return ""

        self._asking.ask(put)

    def remove(self, key: str) -> None:
        def delete(dynamodb: Any) -> str:
            dynamodb.delete_item(**self._key(key))
            return ""

        self._asking.ask(delete)

    def _key(self, key: str) -> dict[str, Any]:
        return {"TableName": self._name, "Key": {"key": {"S": stored_key(key)}}}

    def _item(self, key: str, text: str, until_s: float, **more: str) -> dict[str, Any]:
        texts = {"key": stored_key(key), "text": _valid(text), **more}
        item: dict[str, Any] = {name: {"S": value} for name, value in texts.items()}
        item["until"] = {"N": str(math.ceil(until_s))}
        return {"TableName": self._name, "Item": item}

    def _find(self, dynamodb: Any, key: str) -> _Item:
        found: _Item = dynamodb.get_item(**self._key(key), ConsistentRead=True).get("Item", {})
        return found


def _valid(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _value(item: _Item, name: str) -> str:
    return item.get(name, {}).get("S", "")


def _until(item: _Item) -> float:
    """Return when *item* ends; one without a time never began."""
    return float(item.get("until", {}).get("N", "0"))
