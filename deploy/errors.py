"""What stops a build or a deployment: something that a person has to put right first."""

from relay.words import Phrase


class DeployError(Exception):
    """*phrase* says what is wrong and what to do, and never holds a secret."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase.en)
        self.phrase = phrase
