"""The error of a secret that cannot be had; the texts are in `secret_faults`."""

from relay.errors import NOTHING, RelayError
from relay.text import clean, cut_cells
from relay.words import Phrase

_MOST_CELLS = 120  # of a name or a reference in a text


class SecretError(RelayError):
    """A secret that cannot be had: *code* E201 or E206 to E209, *message*, *hint* what to do.

    No text of it holds a value.
    """

    def __init__(self, code: str, message: Phrase, hint: Phrase = NOTHING) -> None:
        super().__init__(f"{code} {message.en}")
        self.code = code
        self.message = message
        self.hint = hint

    def again(self) -> "SecretError":
        """Return an equal error to raise: one that is kept would gather a traceback each time."""
        return SecretError(self.code, self.message, self.hint)


def fault(kind: str, **values: str) -> SecretError:
    """Return the error of this *kind*, one of `secret_faults.FAULTS`, with its texts filled."""
    from relay.configuration.secret_faults import FAULTS

    found = FAULTS[kind]
    fit = {name: cut_cells(clean(value), _MOST_CELLS) for name, value in values.items()}
    return SecretError(found.code, found.message.filled(**fit), found.hint.filled(**fit))
