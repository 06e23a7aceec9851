"""The feature schema: what a model is given, in which order, and what it knows of each category."""

import hashlib
from collections import Counter
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

Kind = Literal["number", "category"]

# Of a category that the model has never seen; null is NaN, and the words of the vocabulary have
# codes from 1.
UNSEEN_CODE = 0


class ModelRefusedError(ValueError):
    """A model's row is not what was stored, or does not fit the features it is given."""


class Feature(BaseModel):
    """One input of a model.

    `vocabulary` holds the categories that the model knows, in the order of their codes; any other
    is unseen to it, which is not the same as null. A custom feature is a key of the maps
    `x_numbers` or `x_categories` (the user's own columns), and a map without the key means null.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: Kind
    vocabulary: tuple[str, ...] = ()
    is_custom: bool = False


class FeatureSchema(BaseModel):
    """The inputs of a model, typed and ordered.

    Raises:
        ValueError: two features share a name, or a number has a vocabulary.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    features: tuple[Feature, ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        repeated = sorted(name for name, count in Counter(self.names).items() if count > 1)
        if repeated:
            raise ValueError(f"Feature names must be unique; repeated: {', '.join(repeated)}.")
        for feature in self.features:
            if feature.kind == "number" and feature.vocabulary:
                raise ValueError(f"Feature {feature.name} is a number and has a vocabulary.")
        return self

    def __len__(self) -> int:
        return len(self.features)

    @property
    def names(self) -> list[str]:
        """Names in the order of the model's inputs."""
        return [feature.name for feature in self.features]

    @property
    def category_positions(self) -> list[int]:
        """Positions of the categories among the features."""
        return [i for i, feature in enumerate(self.features) if feature.kind == "category"]

    def to_json(self) -> str:
        """The schema as the text that is kept in the model's row; the same schema, same text."""
        return self.model_dump_json(exclude_defaults=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            ValueError: the text is not a feature schema.
        """
        return cls.model_validate_json(text)

    @property
    def sha256(self) -> str:
        """Fingerprint of the schema, kept inside the ONNX graph too."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()
